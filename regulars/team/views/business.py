from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.htmx import say
from regulars.kit.requests import Request
from regulars.team.actions.business import FIELDS, change_business
from regulars.team.actions.mail import address_for
from regulars.team.actions.providers import look_up_issuer, remove_provider, set_provider
from regulars.team.forms import BusinessForm, ProviderForm
from regulars.team.gate import needs
from regulars.team.models import Business, Role
from regulars.team.queries import REACHES, permissions
from regulars.team.views.answers import tried

CALLBACK = "/accounts/oidc/business/login/callback/"


@require_http_methods(["GET", "HEAD", "POST"])
@needs("business.change")
def business(request: Request) -> HttpResponse:
    """Show and change what everyone's pages and imports take for granted."""
    current = Business.current()
    form = BusinessForm(request.POST or None, initial={name: getattr(current, name) for name in FIELDS})
    if tried(request, form, lambda values: change_business(values, by=request.actor)):
        say(request, _("The business is saved."))
        return redirect("team:business")
    return render(request, "team/business.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@needs("members.see")
def permission_table(request: Request) -> HttpResponse:
    """Show who may do what, straight from the table that decides it."""
    groups = [
        (area, [(one, [(reach, REACHES[reach]) for reach in one.reaches]) for one in lines])
        for area, lines in permissions()
    ]
    return render(request, "team/permissions.html", {"groups": groups, "roles": Role.labels})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("business.change")
def provider(request: Request) -> HttpResponse:
    """Show and set the OpenID Connect provider through which members may sign in."""
    kept = Business.current().settings.get("openid", {})
    form = ProviderForm(request.POST or None, initial=kept | {"secret": ""})
    if tried(request, form, lambda values: _keep_provider(request, values)):
        say(request, _("Members can sign in through %(name)s now.") % {"name": form.cleaned_data["name"]})
        return redirect("team:provider")
    context = {"form": form, "kept": kept, "callback": address_for(request, CALLBACK)}
    return render(request, "team/provider.html", context, status=422 if form.errors else 200)


@require_POST
@needs("business.change")
def provider_removal(request: Request) -> HttpResponse:
    """Forget the OpenID Connect provider."""
    remove_provider(by=request.actor)
    say(request, _("The provider is removed. Members sign in by password or passkey."))
    return redirect("team:provider")


def _keep_provider(request: Request, values: dict[str, object]) -> bool:
    found = look_up_issuer(str(values["issuer"]))
    set_provider(values | {"issuer": found.issuer}, found, by=request.actor)
    return True
