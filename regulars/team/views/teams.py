from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.htmx import redirect, say
from regulars.kit.requests import Request
from regulars.team.actions.teams import change_team, create_team, delete_team
from regulars.team.forms import TeamForm
from regulars.team.gate import needs
from regulars.team.models import Team
from regulars.team.queries import teams as all_teams
from regulars.team.rules import may
from regulars.team.views.answers import box, tried
from regulars.team.views.tables import team_table


@require_safe
@needs("members.see")
def teams(request: Request) -> HttpResponse:
    """Show all teams and who is in them."""
    may_change = may(request.member, "teams.change")
    context = {"table": team_table(all_teams(), may_change=may_change), "may_change": may_change}
    return render(request, "team/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("teams.change")
def new_team(request: Request) -> HttpResponse:
    """Make a team."""
    form = TeamForm(request.POST or None)
    if made := tried(request, form, lambda values: create_team(**values, by=request.actor)):
        say(request, _("The team %(name)s is made.") % {"name": made})
        return redirect(request, reverse("team:teams"))
    return box(request, "team/_team_form.html", _("New team"), form)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("teams.change")
def team(request: Request, team_id: int) -> HttpResponse:
    """Show and change one team."""
    one = get_object_or_404(Team, pk=team_id)
    form = TeamForm(request.POST or None, initial={"name": one.name, "members": one.members.all()})
    if tried(request, form, lambda values: change_team(one, **values, by=request.actor)):
        say(request, _("The team %(name)s is saved.") % {"name": one})
        return redirect(request, reverse("team:teams"))
    return box(request, "team/_team_form.html", one.name, form, one=one)


@require_POST
@needs("teams.change")
def deletion(request: Request, team_id: int) -> HttpResponse:
    """Delete a team; its customers and members stay."""
    one = get_object_or_404(Team, pk=team_id)
    delete_team(one, by=request.actor)
    say(request, _("The team %(name)s is deleted.") % {"name": one.name})
    return redirect(request, reverse("team:teams"))
