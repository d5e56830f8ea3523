"""Why a sending is where it is, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.messaging.models import Sending, SuppressionReason

Label = str | Promise

WORDS: dict[str, Label] = {
    "interrupted": gettext_lazy("The program ended while it was being sent. It may have left, or not."),
    "silence": gettext_lazy("The server did not say whether it took it. It may have left, or not."),
    "server": gettext_lazy("The server said:"),
    "gave_up": gettext_lazy("Tried for two days without success. The server said:"),
    "unready": gettext_lazy("The letter cannot be put together:"),
    "unreachable": gettext_lazy("The mail server cannot be reached:"),
    "no_outlet": gettext_lazy("Nobody has said yet how this channel sends mail."),
    "paused": gettext_lazy("Sending is switched off for this channel."),
    "throttled": gettext_lazy("It waits its turn, so that not too much leaves at once."),
    "returned": gettext_lazy("It came back:"),
    "complaint": gettext_lazy("It was reported as spam."),
    "consent": gettext_lazy("They have not agreed to this purpose."),
    "cap": gettext_lazy("They got enough of this kind for now."),
    "rhythm": gettext_lazy("They asked to hear from us less often."),
    "by_hand": gettext_lazy("Cancelled by hand."),
}


def words_for(sending: Sending) -> str:
    """Return why a sending is where it is, empty when there is nothing to say."""
    code, _colon, more = sending.reason.partition(":")
    if code == "suppressed":
        labels = dict(SuppressionReason.choices)
        return _("This address is not written to: %(why)s") % {"why": labels.get(more, more)}
    words = str(WORDS.get(code, ""))
    if not words:
        return sending.reason
    return f"{words} {more}".strip() if words.endswith(":") else words
