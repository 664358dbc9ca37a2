"""The Service role cluster as a Django app."""

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """The service catalogue and agreements."""

    name = "septet.service"
    label = "service"
