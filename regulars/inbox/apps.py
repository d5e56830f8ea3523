from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "regulars.inbox"
    label = "inbox"

    def ready(self) -> None:
        from regulars.inbox import reactions, tasks  # noqa: F401  declare themselves
        from regulars.inbox.models import reach
        from regulars.inbox.queries.traits import conversation_traits
        from regulars.inbox.views.panels import register_panels
        from regulars.inbox.views.settings import register_settings
        from regulars.kit.traits import register_trait
        from regulars.messaging.models import let_see

        register_panels()
        register_settings()
        register_trait(*conversation_traits())
        # Who may see a conversation may see its letters.
        let_see(lambda seer: reach(seer, "conversations.see", "conversation__"))
