"""Tickets for live updates, and the gallery: every component in every state, for whoever builds pages and for the tests."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from regulars.kit import markup, sample
from regulars.kit.clock import now
from regulars.kit.htmx import done, edited, wants_fragment
from regulars.kit.live import BadTicket, heard_by, read_ticket, sign_ticket
from regulars.kit.tables import Column, Empty, Table

View = Callable[..., HttpResponse]
# How long after its end a page left open may still exchange its ticket, and how many pages one browser may bring.
GRACE_SECONDS, MOST_TICKETS = 12 * 3600, 50


@require_GET
def live_ticket(request: HttpRequest) -> HttpResponse:
    """Exchange the tickets of a browser's open pages for one that hears all their topics."""
    member = getattr(request, "member", None)
    if member is None:
        return HttpResponse(status=401)
    earlier = time.time() - GRACE_SECONDS
    topics: set[str] = set()
    for text in request.GET.getlist("ticket")[:MOST_TICKETS]:
        with contextlib.suppress(BadTicket, ValueError):
            ticket = read_ticket(settings.SECRET_KEY, text, now=earlier)
            topics |= set(ticket.topics) if ticket.member_id == member.pk else set()
    # What they may hear is decided anew: a right may have gone since the pages were opened.
    may_hear = heard_by(member, sorted(topics))
    return JsonResponse({"ticket": sign_ticket(settings.SECRET_KEY, may_hear, member_id=member.pk)})


def shown_to_builders(view: View) -> View:
    """Hide a page unless the gallery is switched on."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEBUG or getattr(settings, "GALLERY", False)):
            raise Http404
        return view(request, *args, **kwargs)

    return inner


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As they write it themselves.")
    email = forms.EmailField(required=False)
    stage = forms.ChoiceField(
        choices=[("reached", "Reached"), ("acquired", "Acquired"), ("nurtured", "Nurtured")]
    )
    born_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    about = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    channels = forms.MultipleChoiceField(
        required=False,
        choices=[("mail", "E-mail"), ("phone", "Phone"), ("chat", "Chat")],
        widget=forms.CheckboxSelectMultiple,
    )
    welcome = forms.BooleanField(
        required=False, label="Send a welcome letter", help_text="Within the next hour."
    )


@require_GET
@shown_to_builders
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    wrong = SampleForm({"name": "", "email": "ada@", "stage": "reached"})
    context = {
        **sample.shell(request),
        "table": people_table(request),
        "empty_table": Table(
            columns=people_columns(),
            rows=[],
            name="nobody",
            empty=Empty(
                "No customers yet",
                "Bring the ones you have: a spreadsheet from your shop or your old system is enough.",
                "users",
                "#",
                "Import customers",
            ),
        ),
        "form": SampleForm(initial={"name": "Ada Lovelace", "email": "ada@example.com", "welcome": True}),
        "wrong": wrong,
        "moments": sample.moments(),
        "steps": sample.steps(),
        "tabs": sample.tabs(),
        "values": [4, 6, 5, 9, 8, 12, 11, 15],
        "falling": [14, 12, 13, 9, 8, 6, 7, 4],
        "tones": ("stone", *markup.TONES),
        "tree": sample.FILTER,
        "soon": now() + timedelta(days=3),
        "earlier": now() - timedelta(hours=3),
    }
    return render(request, "kit/gallery.html", context)


@require_GET
@shown_to_builders
def gallery_rows(request: HttpRequest) -> HttpResponse:
    """Give the next rows of the sample list, or the list anew."""
    name = "kit/_rows.html" if wants_fragment(request) and request.GET.get("after") else "kit/_table.html"
    return render(request, name, {"table": people_table(request)})


@require_GET
@shown_to_builders
def gallery_catalogue(request: HttpRequest) -> HttpResponse:
    """Give the fields the sample filter may use."""
    return JsonResponse(sample.CATALOGUE)


@require_GET
@shown_to_builders
def gallery_palette(request: HttpRequest) -> HttpResponse:
    """Find people and places for the sample palette."""
    return render(request, "kit/_palette_results.html", {"groups": sample.found(request.GET.get("q", ""))})


@require_GET
@shown_to_builders
def gallery_drawer(request: HttpRequest) -> HttpResponse:
    """Fill the side panel."""
    return render(
        request,
        "kit/_gallery_drawer.html",
        {"form": SampleForm(initial={"name": "Ada Lovelace"}, auto_id="new_%s")},
    )


@require_POST
@shown_to_builders
def gallery_edit(request: HttpRequest) -> HttpResponse:
    """Keep nothing, answer as if a value had been saved, refusing “no”."""
    name = next((key for key in request.POST if key != "csrfmiddlewaretoken"), "value")
    value = request.POST.get(name, "")
    return edited(
        request,
        name=name,
        value=value,
        label=name.title(),
        error="Anything but no." if value == "no" else "",
        toast=f"{name.title()} saved",
        undo=f"{request.path}undo/",
    )


@require_POST
@shown_to_builders
def gallery_undo(request: HttpRequest) -> HttpResponse:
    """Pretend to take something back."""
    return done("Taken back")


@require_GET
@shown_to_builders
def gallery_error(request: HttpRequest, status: int) -> HttpResponse:
    """Show the page of a failure."""
    return render(request, "kit/error.html", {"status": status}, status=status)


@require_GET
@shown_to_builders
def gallery_plain(request: HttpRequest) -> HttpResponse:
    """Show a signed-out page."""
    return render(request, "kit/_gallery_sign_in.html", {"form": SampleForm()})


def people_columns() -> list[Column]:
    return [
        Column(
            "name",
            "Name",
            lambda p: markup.who(p.name, f"#{p.pk}", p.pk, p.email),
            css="cell-main",
            sort="name",
        ),
        Column(
            "stage",
            "Stage",
            lambda p: markup.chip(p.stage.title(), sample.STAGE_TONES[p.stage], dot=True),
            sort="stage",
        ),
        Column("company", "Company", lambda p: p.company),
        Column("tags", "Tags", lambda p: markup.chips(p.tags, 2)),
        Column("orders", "Orders", lambda p: p.orders, align="end", sort="orders"),
        Column("revenue", "Revenue", lambda p: markup.money(p.revenue, "GBP"), align="end", sort="revenue"),
        Column("seen", "Last order", lambda p: markup.ago(p.seen), align="end", sort="seen"),
    ]


def people_table(request: HttpRequest) -> Table:
    after = int(request.GET.get("after") or 0)
    rows = sample.people(after)
    return Table(
        columns=people_columns(),
        rows=rows,
        name="people",
        caption="Sample customers",
        url="/kit/gallery/rows/",
        sort=request.GET.get("sort", "-revenue"),
        params={"sort": request.GET.get("sort", "")},
        next_cursor=str(after + len(rows)) if after < 60 else "",
        selectable=True,
        fill=True,
        row_url=lambda p: f"#{p.pk}",
        row_key=lambda p: p.pk,
        row_name=lambda p: p.name,
    )
