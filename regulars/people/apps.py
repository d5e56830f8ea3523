from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"

    def ready(self) -> None:
        from regulars.kit.facts import register_fact
        from regulars.kit.settings_pages import register_settings_page
        from regulars.kit.traits import register_dynamic, register_trait
        from regulars.people import tasks  # noqa: F401  declares them
        from regulars.people.facts import TASKS
        from regulars.people.queries.field_traits import FieldTraits
        from regulars.people.queries.record_traits import record_traits
        from regulars.people.queries.traits import company_traits, person_traits
        from regulars.people.views.panels import register_panels

        register_fact(TASKS)
        register_panels()
        register_settings_page(_("Own fields"), "forms", "people:fields", "fields.change", 50, _("Customers"))
        register_settings_page(
            _("Stages and health"), "route", "people:rules", "rules.change", 55, _("Customers")
        )
        register_settings_page(_("Tags"), "tags", "people:tag_list", "tags.change", 60, _("Customers"))
        register_trait(*person_traits(), *company_traits(), *record_traits())
        for subject in ("person", "company", "order"):
            register_dynamic(subject, FieldTraits(subject))
