from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.kit.countries import countries, currencies, time_zones
from regulars.kit.refused import Invalid
from regulars.team.models import Member, Role, Team
from regulars.team.queries import action_choices, verb_choices
from regulars.team.rules import may_grant

PASSWORD_HINT = _("At least 10 characters; a few words in a row are easy to remember and hard to guess.")


def country_choices() -> list[tuple[str, str]]:
    """Return the countries to choose from."""
    return [(one.code, one.name) for one in countries().values()]


def currency_choices() -> list[tuple[str, str]]:
    """Return the currencies to choose from."""
    return [(code, code) for code in currencies()]


def time_zone_choices() -> list[tuple[str, str]]:
    """Return the time zones to choose from, readable."""
    return [(name, name.replace("_", " ")) for name in time_zones()]


class Form(forms.Form):
    """A form that shows what an action refused beside the field it is about."""

    def refuse(self, problem: Invalid) -> None:
        """Take over the reasons of a refusal."""
        for name, reason in problem.fields.items():
            self.add_error(name if name in self.fields else None, str(reason))
        if not problem.fields:
            self.add_error(None, str(problem))


def teams_field() -> forms.ModelMultipleChoiceField[Team]:
    """Return the field by which teams are chosen."""
    return forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )


def password_field(**more: Any) -> forms.CharField:
    """Return the field for a new password."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=_("Password"), widget=widget, strip=False, max_length=200, **more)


class ProfileForm(Form):
    """What a member says about themselves."""

    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    job_title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)


class MemberForm(Form):
    """What an owner may change of a member."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), help_text=_("Their name when signing in."))
    job_title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    teams = teams_field()


class InvitationForm(Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)
    teams = teams_field()

    def __init__(self, *args: Any, inviter: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        granted = [(value, label) for value, label in Role.choices if may_grant(inviter, value)]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=granted, initial=Role.AGENT)


class JoinForm(Form):
    """What someone says when they accept an invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = password_field(help_text=PASSWORD_HINT)
    with_passkey = forms.BooleanField(label=_("Use a passkey instead of a password"), required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = self.fields["password"]
        needed.required = not self.data.get("with_passkey")
        needed.error_messages["required"] = _("Choose a password, or tick that you will use a passkey.")


class WelcomeForm(JoinForm):
    """What the first owner says about themselves and the business."""

    email = forms.EmailField(label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    business_name = forms.CharField(label=_("Name of the business"), max_length=150)
    country = forms.ChoiceField(label=_("Country"), choices=country_choices)
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)


class PasswordForm(Form):
    """A new password, typed twice because nobody sees what they type."""

    password = password_field(help_text=PASSWORD_HINT)
    again = password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label, self.fields["again"].label = (
            _("New password"),
            _("New password once more"),
        )

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("The two are not the same."))
        return again


class TeamForm(Form):
    """A team's name and who is in it."""

    name = forms.CharField(label=_("Name"), max_length=100)
    members = forms.ModelMultipleChoiceField(
        Member.objects.active(), label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )


class BusinessForm(Form):
    """What everyone's pages and imports take for granted."""

    name = forms.CharField(label=_("Name"), max_length=150)
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        help_text=_("Phone numbers without a country code are read as from here."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    languages = forms.MultipleChoiceField(
        label=_("Languages customers are written to in"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kind_level = forms.IntegerField(
        label=_("Level of product kinds that counts"),
        min_value=1,
        max_value=5,
        help_text=_("1: whole groups such as “Coffee”; 2: finer ones such as “Coffee, dark roast”."),
    )


class KeyForm(Form):
    """What an API key is for and what it opens."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)
    teams = teams_field()
    expires_on = forms.DateField(
        label=_("Works until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    scopes = forms.MultipleChoiceField(
        label=_("Only these permissions"),
        choices=verb_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none to give the key all that its role may do."),
    )


class ProviderForm(Form):
    """The OpenID Connect provider of the business."""

    name = forms.CharField(
        label=_("Name on the button"), max_length=60, help_text=_("Such as “Google” or “Company account”.")
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=300,
        widget=forms.URLInput(attrs={"placeholder": "https://accounts.example.com"}),
    )
    client_id = forms.CharField(label=_("Client id"), max_length=300)
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Stored encrypted and never shown again. Leave empty to keep the one we have."),
    )
    trusts_addresses = forms.BooleanField(
        label=_("Its e-mail addresses are verified"),
        required=False,
        help_text=_(
            "Only tick this for a provider where nobody can enter someone else's address, such as your own."
        ),
    )


class AuditForm(forms.Form):
    """How the audit log is narrowed."""

    words = forms.CharField(label=_("Words"), required=False, max_length=100)
    member = forms.ModelChoiceField(
        Member.objects.order_by("name"), label=_("Who"), required=False, empty_label=_("Everyone")
    )
    action = forms.ChoiceField(label=_("What"), required=False)
    subject = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # "from" cannot be written as a class's name for something, so both days are added here.
        for name, label in (("from", _("From")), ("to", _("To"))):
            picker = forms.DateInput(attrs={"type": "date"})
            self.fields[name] = forms.DateField(label=label, required=False, widget=picker)
        self.fields["action"] = forms.ChoiceField(
            label=_("What"), required=False, choices=[("", _("Everything")), *action_choices()]
        )

    def asked(self) -> dict[str, Any]:
        """Return what is asked for; what cannot be read is left out."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        if isinstance(values.get("member"), Member):
            values["member"] = values["member"].pk
        return values
