"""How somebody found the help they got: asked once the team is done, answered with one tap."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.live import publish
from regulars.kit.refused import Invalid, Refused
from regulars.kit.wording import to_customer_lazy as _
from regulars.messaging.actions.chat.speaking import clean_words
from regulars.messaging.events import ChatRated
from regulars.messaging.models import ChatRating, ChatVisitor, Direction, Message
from regulars.messaging.queries.chat import visitors_of_thread

LONGEST_COMMENT = 1_000


class NotAsked(Refused):
    """Nobody asked, or it was answered and the time to change it is over."""

    code = "not_asked"
    default = _("Thank you for telling us.")


@transaction.atomic
def ask_how_it_was(thread_id: int, *, at: datetime) -> int:
    """Ask whoever chats in a thread how they found the help, when the team is done with it; return how many are asked."""
    answered = Message.objects.filter(
        thread=thread_id, direction=Direction.OUT, author__isnull=False
    ).exists()
    if not answered:
        return 0
    asked = list(visitors_of_thread(thread_id))
    ChatVisitor.objects.filter(pk__in=[one.pk for one in asked]).update(asked_at=at)
    for visitor in asked:
        publish(visitor.topic, {"kind": "rate"})
    return len(asked)


@transaction.atomic
def rate(visitor: ChatVisitor, score: int, comment: str = "", *, by: Actor, at: datetime) -> ChatRating:
    """Take down how a visitor found the help; until they are asked again they may change their mind. Without words theirs stay."""
    visitor = ChatVisitor.objects.select_for_update(of=("self",)).select_related("thread").get(pk=visitor.pk)
    if visitor.asked_at is None or visitor.thread is None:
        raise NotAsked
    if score not in range(1, 6):
        raise Invalid({"score": _("Choose 1 to 5.")})
    last = Message.objects.filter(thread=visitor.thread, direction=Direction.OUT).order_by("-pk").first()
    words = clean_words(comment)[:LONGEST_COMMENT]
    said = {"thread": visitor.thread, "about": last, "score": score} | ({"comment": words} if words else {})
    rating, is_new = ChatRating.objects.update_or_create(
        visitor=visitor, asked_at=visitor.asked_at, defaults=said, create_defaults=said | {"created_at": at}
    )
    if is_new or words:
        announce(
            ChatRated(
                person_id=visitor.thread.person_id, thread_id=visitor.thread.pk, rating_id=rating.pk,
                score=score, comment=words[:200],
            ),
            by=by, occurred_at=at, channel="chat",
            source_key=f"rated:{rating.pk}:{'said' if words else 'scored'}",
        )  # fmt: skip
    return rating


@transaction.atomic
def stop_asking(visitor: ChatVisitor) -> None:
    """Ask no more: it was answered, or waved away."""
    ChatVisitor.objects.filter(pk=visitor.pk).update(asked_at=None)
