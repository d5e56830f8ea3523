from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.kit.countries import time_zones
from regulars.messaging.forms import Form
from regulars.messaging.models import Channel, ChannelKind, ChatSite, LegalBasis, Purpose, WebForm
from regulars.messaging.models.chat import Asking, Side
from regulars.messaging.queries.chat_words import OWN, words_in
from regulars.messaging.queries.web_forms import field_choices
from regulars.team.models import Team

DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
OWN_LABELS = {
    "launcher": _("Button"),
    "hello": _("Greeting"),
    "intro": _("First words"),
    "pace": _("How quickly you answer"),
    "away": _("When nobody is there"),
    "leave_email": _("Asking for the e-mail"),
    "rate": _("Asking how it was"),
}
WEBSITES_HINT = _(
    "One on each line, such as https://shop.example.com; https://*.example.com means all parts of it."
)


def _websites() -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    return forms.CharField(label=_("Websites"), required=False, widget=area, help_text=WEBSITES_HINT)


def _colour() -> forms.CharField:
    picker = forms.TextInput(attrs={"type": "color", "class": "form-control form-control-color"})
    return forms.CharField(label=_("Colour"), max_length=7, widget=picker)


def _team() -> forms.ModelChoiceField[Team]:
    return forms.ModelChoiceField(
        Team.objects.all(), label=_("Team of new people"), required=False, empty_label=_("Nobody's yet")
    )


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in time_zones()]


class NewChatForm(Form):
    """What a new chat needs."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Only your team sees it."))
    origins = _websites()


class ChatSiteForm(Form):
    """How a chat looks, what it asks, and when somebody is there."""

    name = forms.CharField(label=_("Name"), max_length=60)
    origins = _websites()
    is_active = forms.BooleanField(label=_("Show it on the website"), required=False)
    colour = _colour()
    side = forms.ChoiceField(label=_("Corner"), choices=Side.choices)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Visitors get their own of the five; everybody else gets this one."),
    )
    asks_name = forms.ChoiceField(label=_("Ask for the name"), choices=Asking.choices)
    asks_email = forms.ChoiceField(label=_("Ask for the e-mail"), choices=Asking.choices)
    mail_channel = forms.ModelChoiceField(
        Channel.objects.filter(kind=ChannelKind.EMAIL),
        label=_("Mailbox for answers nobody saw"),
        required=False,
        empty_label=_("The first mailbox there is"),
        help_text=_(
            "Whoever left the page gets what you answered by mail, and their reply stays in the conversation."
        ),
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.filter(is_active=True, legal_basis=LegalBasis.CONSENT),
        label=_("Offer a sign-up beside the e-mail"),
        required=False,
        empty_label=_("None"),
    )
    mails_after_minutes = forms.IntegerField(
        label=_("Mail unseen answers after minutes"), min_value=1, max_value=1440
    )
    team = _team()
    time_zone = forms.ChoiceField(label=_("Time zone of the hours"), choices=_zones)
    requires_identity = forms.BooleanField(
        label=_("Only for people you vouch for"),
        required=False,
        help_text=_("Strangers get no chat. Your website signs who is there; see below."),
    )

    def __init__(self, site: ChatSite, posted: Any = None) -> None:
        first = {name: getattr(site, name) for name in self.base_fields if hasattr(site, name)}
        first |= {"name": site.channel.name, "origins": "\n".join(site.origins)}
        super().__init__(posted, initial=first)
        for day, label in enumerate(DAYS):
            hours = forms.CharField(
                label=label, required=False, max_length=11, initial=(*site.week, *[""] * 7)[day]
            )
            hours.widget.attrs["placeholder"] = "09:00-17:00"
            self.fields[f"day_{day}"] = hours
        for language, _name in settings.LANGUAGES:
            standard, own = words_in(language), site.texts.get(language, {})
            for key in OWN:
                words = forms.CharField(
                    label=OWN_LABELS[key], required=False, max_length=300, initial=own.get(key, "")
                )
                words.widget.attrs |= {"placeholder": standard[key], "lang": language}
                self.fields[f"text_{language}_{key}"] = words

    @property
    def hours(self) -> list[forms.BoundField]:
        """The fields of the seven days."""
        return [self[f"day_{day}"] for day in range(7)]

    @property
    def words(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of the own words, by language."""
        return [
            (str(name), [self[f"text_{language}_{key}"] for key in OWN])
            for language, name in settings.LANGUAGES
        ]

    def values(self) -> dict[str, Any]:
        """Return what was typed as the action takes it."""
        typed = self.cleaned_data
        plain = {name: typed[name] for name in self.base_fields}
        texts = {
            language: {key: typed[f"text_{language}_{key}"] for key in OWN}
            for language, _name in settings.LANGUAGES
        }
        return {**plain, "week": [typed[f"day_{day}"] for day in range(7)], "texts": texts}


class NewWebFormForm(Form):
    """What a new form needs."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Only your team sees it."))


class WebFormForm(Form):
    """What a form asks and says."""

    name = forms.CharField(label=_("Name"), max_length=60)
    is_active = forms.BooleanField(label=_("Open"), required=False)
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    intro = forms.CharField(
        label=_("Introduction"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    thanks = forms.CharField(
        label=_("What is said afterwards"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    asked = forms.MultipleChoiceField(
        label=_("Asked besides e-mail and message"), required=False, widget=forms.CheckboxSelectMultiple
    )
    needed = forms.MultipleChoiceField(
        label=_("Of these, needed"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    team = _team()
    origins = forms.CharField(
        label=_("Websites it is embedded in"), required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}), help_text=WEBSITES_HINT,
    )  # fmt: skip
    colour = _colour()

    def __init__(self, one: WebForm, posted: Any = None) -> None:
        first = {name: getattr(one, name) for name in self.base_fields if hasattr(one, name)}
        first |= {
            "name": one.channel.name,
            "origins": "\n".join(one.origins),
            "asked": [field["name"] for field in one.fields],
            "needed": [field["name"] for field in one.fields if field.get("needed")],
        }
        super().__init__(posted, initial=first)
        choices = field_choices()
        for name in ("asked", "needed"):
            found = self.fields[name]
            if isinstance(found, forms.MultipleChoiceField):
                found.choices = choices

    def values(self) -> dict[str, Any]:
        """Return what was typed as the action takes it."""
        typed = dict(self.cleaned_data)
        asked, needed = typed.pop("asked"), typed.pop("needed")
        return {**typed, "fields": [{"name": name, "needed": name in needed} for name in asked]}
