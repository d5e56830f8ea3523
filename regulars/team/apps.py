from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "regulars.team"
    label = "team"

    def ready(self) -> None:
        from regulars.kit.events import register_writer
        from regulars.kit.middleware import allow_forms_to
        from regulars.team import settings_area, tasks  # noqa: F401  tasks declares them
        from regulars.team.actions.audit import book_audit_entry
        from regulars.team.adapters import provider_origins
        from regulars.team.second_step import listen

        register_writer("audit", book_audit_entry)
        allow_forms_to(provider_origins)
        settings_area.register()
        listen()
