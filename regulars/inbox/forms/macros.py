"""What a macro does, as it is put together: one field for each step, in the order they are done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.engine.steps import STEPS
from regulars.inbox.models import Macro, Priority, Template
from regulars.inbox.queries.macros import doer_choices, ending_choices, whom_choices
from regulars.team.models import Member, Team

WORDS = forms.Textarea(attrs={"rows": 4})


class MacroForm(forms.Form):
    """A macro: its name, for whom it is, and what it does."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    audience = forms.ChoiceField(label=gettext_lazy("For"), required=False)
    template = forms.ChoiceField(
        label=gettext_lazy("Template"), required=False,
        help_text=gettext_lazy("In the customer's language, with its gaps filled. It stands in the answer as a draft; nothing is sent."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, max_length=10_000, widget=WORDS,
        help_text=gettext_lazy("After the template, if there is one."),
    )  # fmt: skip
    assign = forms.ChoiceField(label=gettext_lazy("Give to"), required=False)
    tags = forms.CharField(
        label=gettext_lazy("Put tags on"), required=False, max_length=500, help_text=gettext_lazy("With commas between.")
    )  # fmt: skip
    untags = forms.CharField(label=gettext_lazy("Take tags off"), required=False, max_length=500)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note for colleagues"), required=False, max_length=10_000, widget=WORDS
    )
    task = forms.CharField(label=gettext_lazy("Start a task"), required=False, max_length=200)
    task_hours = forms.IntegerField(
        label=gettext_lazy("Due in so many working hours"), required=False, min_value=1, max_value=2_000
    )
    task_for = forms.ChoiceField(label=gettext_lazy("Who does it"), required=False)
    follow = forms.BooleanField(label=gettext_lazy("Follow the conversation"), required=False)
    ending = forms.ChoiceField(label=gettext_lazy("At the end"), required=False)

    def __init__(
        self, *args: Any, member: Member, is_all: bool, macro: Macro | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = _first(macro, member, is_all=is_all)
        super().__init__(*args, **kwargs)
        self.member, self.is_all = member, is_all
        teams = [(f"team:{number}", name) for number, name in Team.objects.values_list("pk", "name")]
        everybody = [("", _("Everybody")), *teams] if is_all else []
        named = Template.objects.filter(archived_at=None).values_list("pk", "name")
        choices = {
            "audience": [*everybody, ("own", _("Only me"))],
            "template": [("", "–"), *((str(number), name) for number, name in named)],
            "assign": whom_choices(),
            "priority": [("", "–"), *((str(value), label) for value, label in Priority.choices)],
            "task_for": doer_choices(),
            "ending": ending_choices(),
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def values(self) -> dict[str, Any]:
        """Return the macro as its actions take it."""
        said, whom = self.cleaned_data, self.cleaned_data["audience"]
        is_own = whom == "own" or not self.is_all
        team = int(whom.partition(":")[2]) if whom.startswith("team:") and not is_own else None
        steps = {step: said[step] for step in STEPS}
        return {
            "name": said["name"],
            "team": team,
            "owner": self.member.pk if is_own else None,
            "steps": steps,
        }

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The steps by what they are about."""
        named = {
            _("Answer"): ("template", "text"),
            _("The conversation"): ("assign", "tags", "untags", "priority", "follow", "ending"),
            _("For colleagues"): ("note", "task", "task_hours", "task_for"),
        }
        return [(label, [self[name] for name in names]) for label, names in named.items()]

    @property
    def firsts(self) -> list[forms.BoundField]:
        """What stands above the steps."""
        return [self["name"], self["audience"]]


def _first(macro: Macro | None, member: Member, *, is_all: bool) -> dict[str, Any]:
    if macro is None:
        return {"audience": "" if is_all else "own"}
    first = {**macro.steps, "name": macro.name}
    first |= {name: ", ".join(macro.steps[name]) for name in ("tags", "untags") if name in macro.steps}
    audience = f"team:{macro.team_id}" if macro.team_id else "own" if macro.owner_id == member.pk else ""
    return first | {"audience": audience}
