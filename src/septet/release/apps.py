"""The Release role cluster as a Django app."""

from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    """Changes, configuration items and articles."""

    name = "septet.release"
    label = "release"
