"""The Django app of the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages of their own over everybody's records; no tables."""

    name = "septet.portal"
