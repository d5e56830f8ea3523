"""The least that a fragment needs to be rendered alone, for those that cannot do with nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms

from regulars.commerce.models import Order, Subscription
from regulars.inbox.models import Conversation, ConversationNote, Macro
from regulars.kit.clock import now
from regulars.messaging.forms import MailboxForm
from regulars.messaging.models import Arrival, Channel, Mailbox, Message
from regulars.people.models import Identity, ImportRun, Note, Person, Task

Context = dict[str, Any]


FIELDS = (
    "name role scopes teams expires_on email value axis sku quantity unit_price time_zone country is_default"
)


class SampleForm(forms.Form):
    """A form with the fields that fragments ask for by name."""

    hidden = forms.CharField(widget=forms.HiddenInput())

    def __init__(self) -> None:
        super().__init__()
        for name in FIELDS.split():
            self.fields[name] = forms.CharField()


def _form() -> Context:
    return {"form": SampleForm(), "url": "/somewhere/"}


def _failure() -> Context:
    words = {"source": "job", "number": 1, "name": "tidy up", "attempts": 2, "error": "No", "reason": "No"}
    return {"failure": SimpleNamespace(**words, failed_at=now())}


def _import_run() -> Context:
    return {"run": ImportRun(pk=1, noun="people", file_name="people.csv", created_at=now()), "draft_id": 1}


def _note() -> Context:
    return {"note": Note(pk=1, body="Hello", created_at=now()), "html": "Hello"}


def _conversation() -> Context:
    return {
        "conversation": Conversation(thread_id=1, last_message_at=now()),
        "may_answer": True,
        "may_change": True,
    }


SAMPLES: dict[str, Callable[[], Context]] = {
    "commerce/_form.html": _form,
    "commerce/_line_form.html": lambda: {"line": SampleForm()},
    "commerce/_order_menu.html": lambda: {"order": Order(pk=1, number="A1")},
    "commerce/_refund.html": _form,
    "commerce/_refund_row.html": lambda: {
        "refund": {"pk": 1, "refunded_at": now(), "amount_minor": 100, "currency": "EUR"}
    },
    "commerce/_subscription_menu.html": lambda: {"row": Subscription(pk=1, name="Coffee")},
    "inbox/_approved.html": lambda: {**_conversation(), "text": {"pk": 1, "name": "Hello"}},
    "inbox/_bulk.html": lambda: {"member": SimpleNamespace(pk=1)},
    "inbox/_composer.html": _conversation,
    "inbox/_draft_files.html": _conversation,
    "inbox/_filter.html": _conversation,
    "inbox/_format.html": lambda: {**_conversation(), "number": 1},
    "inbox/_head.html": _conversation,
    "inbox/_held.html": lambda: {"changes": [{"words": ("Max answered", "note"), "at": now()}]},
    "inbox/_macro_palette.html": lambda: {
        "rows": [{"macro": Macro(pk=1, name="Late")}],
        "count": 1,
        "url": "/m/",
    },
    "inbox/_note.html": lambda: {"entry": {"note": ConversationNote(pk=None, created_at=now())}},
    "inbox/_pane.html": _conversation,
    "inbox/_person.html": _conversation,
    "inbox/_hours_box.html": _form,
    "inbox/_picker.html": _conversation,
    "inbox/_target_box.html": lambda: {**_form(), "conversation_url": "/c/", "people_url": "/p/"},
    "inbox/_template_box.html": _form,
    "inbox/_thread.html": _conversation,
    "insights/_board_actions.html": lambda: {
        "board": SimpleNamespace(slug="value", own=None),
        "may_change": True,
    },
    "insights/_part_failed.html": lambda: {"part": "claims", "retry": "/somewhere/"},
    "insights/_part_waiting.html": lambda: {"part": "claims", "url": "/somewhere/"},
    "insights/_printing.html": lambda: {
        "board": SimpleNamespace(name="Value"),
        "counted": SimpleNamespace(is_over=False, done=2, all=9),
        "next_url": "/somewhere/",
    },
    "insights/_figures.html": lambda: {"shown": SimpleNamespace(rows=[], total=0, left_out=0, unlisted=0)},
    "insights/_tile.html": lambda: {
        "shown": SimpleNamespace(rows=[], drawn="number", chart={}, chart_id="chart-1"),
        "tile_id": "1",
    },
    "insights/_tile_failed.html": lambda: {"retry": "/somewhere/", "tile_id": "1"},
    "insights/_tile_waiting.html": lambda: {"tile": {"id": "1", "url": "/somewhere/"}},
    "kit/_gallery_drawer.html": _form,
    "kit/_gallery_sign_in.html": _form,
    "kit/_timeline_item.html": lambda: {"item": {"title": "Ordered", "at": now(), "icon": "point"}},
    "messaging/_file.html": lambda: {"file": {"pk": 1, "name": "bill.pdf", "size": 2048}},
    "messaging/_mailbox.html": lambda: {
        "mailbox": Mailbox(pk=1, user="desk", channel=Channel(name="Mail")),
        "may_change": True,
    },
    "messaging/_mailbox_form.html": lambda: {"form": MailboxForm()},
    "messaging/_snippet.html": lambda: {"code": "<script></script>"},
    "messaging/_message.html": lambda: {"entry": {"message": Message(pk=1, text="Hello", sent_at=now())}},
    "messaging/_outbox.html": lambda: {"outbox": {}, "sections": []},
    "messaging/_sending.html": lambda: {
        "row": {"sending": {"message": "Hello", "email": "ada@example.com"}, "why": "No"},
        "kind": "failed",
    },
    "messaging/_put_aside.html": lambda: {
        "arrival": Arrival(pk=1, reason="No", arrived_at=now(), channel=Channel())
    },
    "people/_form.html": _form,
    "people/_import_draft.html": _import_run,
    "people/_import_progress.html": _import_run,
    "people/_import_reading.html": _import_run,
    "people/_import_result.html": _import_run,
    "people/_note.html": _note,
    "people/_person_header.html": lambda: {"person": Person(pk=1, name="Ada"), "people_url": "/people/"},
    "people/_rule_box.html": _form,
    "people/_task_row.html": lambda: {"task": Task(pk=1, title="Call"), "now": now()},
    "people/panels/_identity_menu.html": lambda: {
        "row": Identity(pk=1, kind="email", value="ada@example.com")
    },
    "team/_box.html": lambda: {"body": "team/_invitation_form.html", **_form()},
    "team/_invitation_form.html": _form,
    "team/_key_form.html": _form,
    "team/_member_form.html": _form,
    "team/_team_form.html": _form,
    "timeline/_discard.html": _failure,
    "timeline/_failure.html": _failure,
    "timeline/_moment.html": lambda: {
        "moment": SimpleNamespace(id=1, title="Ordered", icon="point", at=now())
    },
}
