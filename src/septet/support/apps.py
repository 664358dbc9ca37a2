"""The Support role cluster as a Django app."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Incidents and interactions."""

    name = "septet.support"
    label = "support"
