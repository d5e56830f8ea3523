"""What is looked at before a text is written: whether its channel can carry it, and whether it may be used now."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.refused import Invalid, Refused
from regulars.messaging.actions.texts import NoProvider
from regulars.messaging.engine.html_text import text_of
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Channel, Thread
from regulars.messaging.queries.texting import leeway


class EmptyText(Refused):
    """There is nothing in the text."""

    code = "empty_letter"
    default = gettext_lazy("There is nothing in this message yet.")


class NoTemplates(Refused):
    """This kind of channel has no approved texts."""

    code = "no_templates"
    default = gettext_lazy("This channel has no approved texts.")


class WindowOver(Refused):
    """The channel only lets us answer for so long."""

    code = "window_closed"
    default = gettext_lazy(
        "They wrote too long ago: this channel only lets you answer for %(hours)s hours. They have to write first, or use an approved template."
    )


def check_text(thread: Thread, channel: Channel, letter: OutgoingLetter) -> None:
    """Refuse what the channel cannot carry, or may not carry any more."""
    room = leeway(thread, channel)
    if room is None:
        raise NoProvider
    text, can = letter.text or text_of(letter.html), room.capabilities
    if not (text.strip() or letter.files):
        raise EmptyText
    if len(text) > can.longest_text:
        told = {"most": can.longest_text, "now": len(text)}
        raise Invalid(
            {"text": _("At most %(most)d characters go by this channel; these are %(now)d.") % told}
        )
    _check_files(letter, can.has_files, can.largest_file)
    if letter.cc or letter.bcc or len(letter.to) > 1:
        raise Invalid({"to": _("A message on this channel goes to one person.")})
    if letter.template is not None:
        if not can.has_templates:
            raise NoTemplates
    elif not room.is_open:
        raise WindowOver(str(WindowOver.default) % {"hours": can.window_hours})


def _check_files(letter: OutgoingLetter, has_files: bool, largest: int) -> None:
    if not letter.files:
        return
    if not has_files:
        raise Invalid({"files": _("This channel carries no files.")})
    if not settings.PUBLIC_URL:
        raise Invalid(
            {"files": _("Providers fetch files from us. Set REGULARS_URL to your public address first.")}
        )
    too_large = [one.name for one in letter.files if len(one.content) > largest]
    if too_large:
        told = {"name": too_large[0], "most": largest // 1_000_000}
        raise Invalid(
            {"files": _("“%(name)s” is larger than %(most)d MB, which this channel carries at most.") % told}
        )
