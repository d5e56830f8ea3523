from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.timeline.queries.feed import MOST_COUNTED, Narrowing


@dataclass(frozen=True)
class Wish:
    """What of a timeline somebody wants to see."""

    narrowing: Narrowing
    day: date | None


class NarrowingForm(forms.Form):
    """By kind, by channel, by who did it, and from which day back; whatever is not understood is left out."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    actor = forms.ChoiceField(label=_("Who"), required=False)
    day = forms.DateField(
        label=_("Jump to"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, data: Mapping[str, Any], *, kinds: Sequence[tuple[str, str, int]], channels: Mapping[str, int]
    ) -> None:
        super().__init__(data or None, auto_id="timeline-%s")
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("Everything")),
            *((kind, f"{label} ({_few(count)})") for label, kind, count in kinds),
        ]
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            ("", _("Every channel")),
            *((channel, f"{channel} ({_few(count)})") for channel, count in channels.items()),
        ]
        self.fields["actor"].choices = [  # type: ignore[attr-defined]
            ("", _("By anybody")),
            ("customer", _("By the customer")),
            ("team", _("By us")),
            ("automatic", _("Automatic")),
        ]
        if not channels:
            del self.fields["channel"]

    def wish(self) -> Wish:
        """Return what was asked for, as far as it was understood."""
        self.is_valid()
        values = getattr(self, "cleaned_data", {})
        kind = values.get("kind") or ""
        narrowing = Narrowing((kind,) if kind else (), values.get("channel") or "", values.get("actor") or "")
        return Wish(narrowing, values.get("day"))

    def kept(self) -> dict[str, str]:
        """Return what must be asked again for the next page."""
        values = getattr(self, "cleaned_data", {})
        return {name: str(value) for name, value in values.items() if value and name != "day"}


def _few(count: int) -> str:
    return f"{MOST_COUNTED}+" if count >= MOST_COUNTED else str(count)
