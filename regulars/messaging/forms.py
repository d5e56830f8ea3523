from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.kit.refused import Invalid
from regulars.messaging.engine.providers.values import Provider, Setting
from regulars.messaging.models import ChannelKind, Direction


class ConnectionForm(forms.Form):
    """What has to be entered to connect a channel: its name, and what its provider asks for. Secrets are never shown again."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(
        self, provider: Provider, *args: Any, kept: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.provider = provider
        for one in provider.settings:
            self.fields[one.name] = _field(one, kept)
        if kept is not None:
            self.fields["is_active"] = forms.BooleanField(
                label=_("Sends and receives"), required=False, initial=True
            )

    def refuse(self, problem: Invalid) -> None:
        """Take over the reasons of a refusal."""
        for name, reason in problem.fields.items():
            self.add_error(name if name in self.fields else None, str(reason))

    @property
    def entered(self) -> dict[str, str]:
        """What was entered for the provider."""
        return {one.name: str(self.cleaned_data.get(one.name, "")) for one in self.provider.settings}


class ContactForm(forms.Form):
    """What is said of a call or visit that took place."""

    kind = forms.ChoiceField(
        label=_("What it was"), choices=[(ChannelKind.PHONE, _("A call")), (ChannelKind.VISIT, _("A visit"))]
    )
    direction = forms.ChoiceField(
        label=_("Who began it"), choices=[(Direction.IN, _("They did")), (Direction.OUT, _("We did"))]
    )
    happened_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=24 * 60)
    text = forms.CharField(
        label=_("What it was about"), widget=forms.Textarea(attrs={"rows": 5, "autofocus": True})
    )


def _field(one: Setting, kept: Mapping[str, str] | None) -> forms.CharField:
    has_secret = bool(kept and one.is_secret and kept.get(one.name))
    is_long = one.name in ("body", "headers")
    widget: forms.Widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
    if one.is_secret and not is_long:
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=one.label,
        required=one.is_required and not has_secret,
        max_length=4_000,
        widget=widget,
        initial="" if one.is_secret else (kept or {}).get(one.name, ""),
        help_text=_("Kept. Leave it blank to keep it.") if has_secret else "",
    )
