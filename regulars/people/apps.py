from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"

    def ready(self) -> None:
        from regulars.people import tasks  # noqa: F401  declares them
