from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from regulars.messaging.models import Channel
from regulars.team.models import Member


class SkillForm(forms.Form):
    """A skill: who has it, and what comes only to those."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    members = forms.MultipleChoiceField(
        label=gettext_lazy("Who has it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("What comes by these needs it"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Rules on arrival can ask for it too."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "members": [(str(one.pk), str(one)) for one in Member.objects.active().order_by("name")],
            "channels": [(str(number), name) for number, name in Channel.objects.values_list("pk", "name")],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
