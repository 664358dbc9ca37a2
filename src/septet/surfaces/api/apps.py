from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "septet.surfaces.api"
    label = "api"
    declaring = frozenset({"background"})
