from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "regulars.config"
    label = "config"
