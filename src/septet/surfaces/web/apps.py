from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "septet.surfaces.web"
    label = "web"
    declaring = frozenset({"background"})
