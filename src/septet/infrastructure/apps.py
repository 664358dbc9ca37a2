"""The Infrastructure role cluster as a Django app."""

from django.apps import AppConfig


class InfrastructureConfig(AppConfig):
    """Sites and the physical environment."""

    name = "septet.infrastructure"
    label = "infrastructure"
