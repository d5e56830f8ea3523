from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimelineConfig(AppConfig):
    name = "regulars.timeline"
    label = "timeline"

    def ready(self) -> None:
        from regulars.kit.events import register_writer
        from regulars.kit.events.rows import register_rows_writer
        from regulars.kit.panels import Panel, register_panel
        from regulars.kit.settings_pages import register_settings_page
        from regulars.kit.traits import register_behaviour, register_trait
        from regulars.timeline import reactions, tasks  # noqa: F401  declares them
        from regulars.timeline.actions.booking import book_touchpoints
        from regulars.timeline.actions.rows import book_rows
        from regulars.timeline.queries.traits import behaviours, touchpoint_traits
        from regulars.timeline.views.feeds import panel_context

        register_trait(*touchpoint_traits())
        register_behaviour(*behaviours())
        register_writer("touchpoint", book_touchpoints, decides=True)
        register_rows_writer("touchpoint", book_rows)
        for page in ("person", "company"):
            register_panel(
                Panel(
                    "timeline", page, str(_("Timeline")), "timeline/_panel.html", panel_context,
                    order=50, place="main", see="timeline.see", icon="timeline-event",
                )
            )  # fmt: skip
        register_settings_page(
            _("Background work"), "refresh-alert", "timeline:jobs", "jobs.see", 83, _("Safety")
        )
