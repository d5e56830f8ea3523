"""Which macros somebody is offered, and what each does in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from regulars.inbox.engine.steps import numbered
from regulars.inbox.models import Macro, Priority, Template
from regulars.inbox.rules import ANSWER, ASSIGN, CHANGE
from regulars.people.engine.names import fold
from regulars.team.models import Member, Team


def offered_macros(seer: Any, words: str = "") -> list[Macro]:
    """Return the macros a member may run whose name holds every word, in their order."""
    wanted = fold(words).split()
    rows: Any = Macro.objects.all()
    return [one for one in rows.usable_by(seer) if all(word in fold(one.name) for word in wanted)]


def with_uses(rows: Any) -> Any:
    """Add to macros how often they were run, and when last."""
    return rows.annotate(times=Count("uses", distinct=True), last=Max("uses__at"))


def verbs_of(macro: Macro) -> list[str]:
    """Return what somebody must be allowed to do to run a macro."""
    verbs = [CHANGE]
    verbs += [ASSIGN] if "assign" in macro.steps else []
    verbs += [ANSWER] if macro.steps.keys() & {"template", "text"} else []
    return verbs


def told_steps(macros: Sequence[Macro]) -> dict[int, list[tuple[str, str]]]:
    """Return what macros do, in words with an icon each; the names in them are read once for all."""
    names = _Names(one.steps for one in macros)
    return {one.pk: list(_steps(one.steps, names)) for one in macros}


def whom_choices() -> list[tuple[str, str]]:
    """Return to whom a macro may give a conversation."""
    fixed = [
        ("", "–"), ("me", _("Whoever runs it")), ("previous", _("Who helped this customer last")),
        ("turn", _("Whose turn it is")), ("load", _("Who has least to do")), ("nobody", _("Nobody")),
    ]  # fmt: skip
    teams = [(f"team:{number}", name) for number, name in Team.objects.values_list("pk", "name")]
    return [*fixed, *teams, *_members()]


def doer_choices() -> list[tuple[str, str]]:
    """Return for whom a task may be."""
    fixed = [("", _("Whoever has the conversation")), ("keeper", _("Who looks after the customer"))]
    return [*fixed, *_members()]


def ending_choices() -> list[tuple[str, str]]:
    """Return how the work on a conversation may end for now."""
    return [
        ("", "–"), ("close", _("Close")), ("later", _("Put aside for three hours")),
        ("tomorrow", _("Put aside until tomorrow morning")), ("monday", _("Put aside until Monday morning")),
        ("week", _("Put aside for a week")),
    ]  # fmt: skip


def _members() -> list[tuple[str, str]]:
    return [(f"member:{one.pk}", str(one)) for one in Member.objects.active().order_by("name")]


class _Names:
    """The names of what steps name by number."""

    def __init__(self, all_steps: Iterable[Mapping[str, Any]]) -> None:
        steps = list(all_steps)
        self.templates = dict(
            Template.objects.filter(pk__in=[one["template"] for one in steps if "template" in one])
            .values_list("pk", "name")
        )  # fmt: skip
        said = [numbered(str(one.get(step, ""))) for one in steps for step in ("assign", "task_for")]
        numbers = {kind: [one[1] for one in said if one and one[0] == kind] for kind in ("member", "team")}
        self.people = {
            f"member:{one.pk}": str(one) for one in Member.objects.filter(pk__in=numbers["member"])
        }
        self.people |= {f"team:{one.pk}": one.name for one in Team.objects.filter(pk__in=numbers["team"])}

    def whom(self, said: str) -> str:
        """Return whom a step means, in words."""
        words = {
            "me": _("whoever runs it"), "previous": _("who helped last"), "turn": _("whose turn it is"),
            "load": _("who has least to do"), "nobody": _("nobody"),
        }  # fmt: skip
        return words.get(said) or self.people.get(said) or _("somebody who is gone")


def _steps(steps: Mapping[str, Any], names: _Names) -> Iterable[tuple[str, str]]:
    endings = dict(ending_choices())
    told: dict[str, Any] = {
        "template": lambda it: (names.templates.get(it) or _("a template that is gone"), "template"),
        "text": lambda it: (" ".join(it.split())[:60], "pencil"),
        "assign": lambda it: (names.whom(it), "user-share"),
        "tags": lambda it: (", ".join(it), "tag"),
        "untags": lambda it: (_("without %(tags)s") % {"tags": ", ".join(it)}, "tag"),
        "priority": lambda it: (str(Priority(it).label), "flag"),
        "note": lambda it: (" ".join(it.split())[:60], "note"),
        "task": lambda it: (it, "checkbox"),
        "follow": lambda _it: (_("Follow"), "bell"),
        "ending": lambda it: (endings.get(it, it), "circle-check" if it == "close" else "clock-pause"),
    }
    return [told[step](value) for step, value in steps.items() if step in told]
