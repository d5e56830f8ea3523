from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "regulars.team"
    label = "team"

    def ready(self) -> None:
        from regulars.kit.events import register_writer
        from regulars.team.actions.audit import book_audit_entry

        register_writer("audit", book_audit_entry)
