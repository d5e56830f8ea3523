from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "regulars.inbox"
    label = "inbox"

    def ready(self) -> None:
        from regulars.inbox import reactions, tasks  # noqa: F401  declare themselves
        from regulars.inbox.facts import PROMISES
        from regulars.inbox.models import reach
        from regulars.inbox.queries.articles import article_source
        from regulars.inbox.queries.traits import conversation_traits
        from regulars.inbox.rules import SEE, TOPIC, WORDS, topics_of
        from regulars.inbox.views.panels import register_panels
        from regulars.inbox.views.settings import register_settings
        from regulars.kit.answers import register_answer_source
        from regulars.kit.facts import register_fact
        from regulars.kit.live import let_hear, let_hear_of
        from regulars.kit.settings_pages import register_settings_page
        from regulars.kit.traits import register_trait
        from regulars.messaging.models import let_see
        from regulars.team.rules import may

        register_fact(PROMISES)
        register_panels()
        register_settings()
        register_settings_page(
            _("Rules on arrival"), "route", "inbox:rules", "rules.change", 63, _("Conversations")
        )
        register_trait(*conversation_traits())
        register_answer_source(article_source())
        let_hear(TOPIC, lambda seer: may(seer, SEE))
        let_hear_of(WORDS, topics_of)
        # Who may see a conversation may see its letters.
        let_see(lambda seer: reach(seer, "conversations.see", "conversation__"))
