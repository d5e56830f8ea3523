"""Settings of skills: who can what, so that conversations by turn and by load go to those who can."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.inbox.actions.skills import delete_skill, save_skill
from regulars.inbox.forms.skills import SkillForm
from regulars.inbox.models import Skill
from regulars.inbox.views.boxes import box, closed
from regulars.kit.htmx import done
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs

CHANGE, CHANGED = "skills.change", "skills-changed"


@require_GET
@needs(CHANGE)
def skills(request: Request) -> HttpResponse:
    """Show the skills with who has them."""
    rows = Skill.objects.prefetch_related("members", "channels")
    template = "inbox/_skills.html" if request.headers.get("HX-Request") else "inbox/skills.html"
    return render(request, template, {"rows": rows})


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def skill(request: Request, skill_id: int = 0) -> HttpResponse:
    """Make a skill, or change one."""
    found = _skill(skill_id) if skill_id else None
    form = SkillForm(request.POST or None, initial=_initial(found) if found else None)

    def work() -> HttpResponse:
        saved = save_skill(found, form.cleaned_data, by=request.actor)
        return closed(_("“%(name)s” is saved.") % {"name": saved.name}, CHANGED)

    title = found.name if found else _("New skill")
    return box(request, form, title=title, submit=_("Save the skill"), work=work)


@require_POST
@needs(CHANGE)
def skill_removal(request: Request, skill_id: int) -> HttpResponse:
    """Throw a skill away."""
    found = _skill(skill_id)
    delete_skill(found, by=request.actor)
    return done(_("“%(name)s” is gone; nothing needs it any more.") % {"name": found.name}, event=CHANGED)


def _skill(number: int) -> Skill:
    found = Skill.objects.filter(pk=number).first()
    if found is None:
        raise NotThere
    return found


def _initial(found: Skill) -> dict[str, object]:
    several = {name: [str(one.pk) for one in getattr(found, name).all()] for name in ("members", "channels")}
    return {"name": found.name, **several}
