from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate


class InsightsConfig(AppConfig):
    name = "regulars.insights"
    label = "insights"

    def ready(self) -> None:
        from regulars.insights import reactions, tasks  # noqa: F401  declare themselves
        from regulars.insights.facts import FACTS
        from regulars.insights.queries.traits import person_traits
        from regulars.insights.queries.worth import WorthTraits
        from regulars.insights.views.panels import register_panels
        from regulars.kit.facts import register_fact
        from regulars.kit.metrics import offer_metrics
        from regulars.kit.traits import register_dynamic, register_trait

        register_fact(*FACTS)
        offer_metrics("regulars.insights.metrics:METRICS")
        register_dynamic("person", WorthTraits())
        register_trait(*person_traits())
        register_panels()
        post_migrate.connect(track_when_migrated, sender=self, dispatch_uid="insights.track")


def track_when_migrated(using: str, **said: Any) -> None:
    """Make the triggers once the tables are there, however they came to be: without them the mirror would be wrong and say nothing."""
    # Django says the same after emptying all tables, without a plan; triggers outlive that.
    if "plan" not in said or using != DEFAULT_DB_ALIAS:
        return
    from regulars.insights.actions.tracking import install_tracking

    install_tracking()
