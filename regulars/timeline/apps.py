from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "regulars.timeline"
    label = "timeline"

    def ready(self) -> None:
        from regulars.kit.events import register_writer
        from regulars.kit.events.rows import register_rows_writer
        from regulars.timeline import tasks  # noqa: F401  declares them
        from regulars.timeline.actions.booking import book_touchpoints
        from regulars.timeline.actions.rows import book_rows

        register_writer("touchpoint", book_touchpoints, decides=True)
        register_rows_writer("touchpoint", book_rows)
