from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"
