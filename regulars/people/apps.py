from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"

    def ready(self) -> None:
        from regulars.kit.traits import register_dynamic, register_trait
        from regulars.people import tasks  # noqa: F401  declares them
        from regulars.people.queries.field_traits import FieldTraits
        from regulars.people.queries.traits import company_traits, person_traits

        register_trait(*person_traits(), *company_traits())
        for subject in ("person", "company", "order"):
            register_dynamic(subject, FieldTraits(subject))
