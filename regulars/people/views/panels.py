"""The panels of the 360° page that people itself brings; other rooms register theirs in the same way."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from regulars.kit.clock import now
from regulars.kit.panels import Panel, register_panel
from regulars.people.engine.markdown import to_html
from regulars.people.models import Company, CustomField, Identity, Note, Person, Task
from regulars.people.queries.reach import suggested_companies
from regulars.people.views.facts import address_of, custom_facts, details_of, details_of_company
from regulars.team.rules import reaches

ICONS = {
    "email": "mail", "phone": "phone", "external": "hash", "website": "world", "facebook": "brand-facebook",
    "instagram": "brand-instagram", "twitter": "brand-x", "linkedin": "brand-linkedin", "telegram": "brand-telegram",
    "whatsapp": "brand-whatsapp", "chat": "message",
}  # fmt: skip
# What stands further down the side is asked for when it comes into view.
FIRST_SCREEN = ("identities", "details", "memos", "tasks")
OPEN = Q(deleted_at__isnull=True)


def register_panels() -> None:
    """Offer the panels of people on the person page."""
    for order, (name, title, icon, context) in enumerate(
        [
            ("identities", _("Reach"), "at", identities),
            ("details", _("Details"), "id", details),
            ("memos", _("To remember"), "bulb", memos),
            ("tasks", _("Tasks"), "checkbox", tasks),
            ("companies", _("Companies and ties"), "building", companies),
            ("files", _("Files"), "paperclip", files),
        ]
    ):
        register_panel(
            Panel(
                name,
                "person",
                str(title),
                f"people/panels/_{name}.html",
                context,
                order=10 + order * 10,
                icon=icon,
                first_screen=name in FIRST_SCREEN,
            )
        )
    for page in ("person", "company"):
        register_panel(Panel("notes", page, "", "people/panels/_notes.html", notes, order=10, place="main"))
    register_panel(
        Panel("people", "company", str(_("People")), "people/panels/_people.html", company_people, order=10)
    )
    register_panel(
        Panel(
            "details", "company", str(_("Details")), "people/panels/_details.html", company_details, order=20
        )
    )
    register_panel(Panel("tasks", "company", str(_("Tasks")), "people/panels/_tasks.html", tasks, order=30))


def identities(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return how to reach somebody, the primary ones first."""
    rows = person.identities.order_by("ended_at", "kind", "-is_primary", "id")
    return {
        "person": person,
        "identities": [_identity(row) for row in rows if row.ended_at is None],
        "ended": [row for row in rows if row.ended_at is not None],
        "addresses": [{"text": address_of(row), "row": row} for row in person.addresses.all()],
        "may_change": _may_change(request, person),
    }


def _identity(row: Identity) -> dict[str, Any]:
    links = {"email": f"mailto:{row.value}", "phone": f"tel:{row.value}", "website": row.value}
    return {
        "row": row,
        "icon": ICONS.get(row.kind, "at"),
        "url": links.get(row.kind, ""),
        "kind": row.get_kind_display(),
    }


def details(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the facts that are edited in place, own fields included."""
    own = CustomField.objects.filter(subject="person", archived_at=None)
    return {
        "fact_url": "people:field",
        "about": person,
        "facts": [*details_of(person), *custom_facts(person, own)],
        "has_own": bool(own),
        "may_change": _may_change(request, person),
    }


def memos(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return what to remember, and what somebody prefers, needs or is after."""
    return {
        "person": person,
        "memos": person.memos.all(),
        "preferences": person.preferences.all(),
        "days": person.special_days.all(),
        "may_change": _may_change(request, person),
    }


def tasks(request: HttpRequest, about: Person | Company) -> dict[str, Any]:
    """Return what is to be done for somebody, and the last things done."""
    rows = Task.objects.filter(OPEN, **_about(about)).select_related("assignee")
    return {
        "query": urlencode({name: row.pk for name, row in _about(about).items()}),
        "tasks": rows.filter(done_at=None).order_by("due_at", "id"),
        "done": rows.exclude(done_at=None).order_by("-done_at")[:3],
        "now": now(),
        "may_change": _may_change(request, about),
    }


def companies(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return where somebody belongs, and to whom; of ties only those to people the member may see."""
    seen = Person.objects.visible_to(getattr(request, "member", None)).values("pk")
    return {
        "person": person,
        "affiliations": person.affiliations.select_related("company").order_by("to_on", "-is_primary", "id"),
        "ties": person.ties.select_related("other").filter(other__in=seen).order_by("kind"),
        "ties_back": person.ties_back.select_related("person").filter(person__in=seen).order_by("kind"),
        "suggested": suggested_companies(person, getattr(request, "member", None)),
        "may_change": _may_change(request, person),
    }


def files(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the files kept with somebody."""
    return {
        "person": person,
        "files": person.attachments.filter(OPEN).defer("content"),
        "may_change": _may_change(request, person),
    }


def company_people(request: HttpRequest, company: Company) -> dict[str, Any]:
    """Return who belongs to a company and may be seen, those who still do first."""
    rows = (
        company.affiliations.select_related("person")
        .filter(person__deleted_at=None)
        .order_by("to_on", "-is_primary", "id")
    )
    member = getattr(request, "member", None)
    return {
        "company": company,
        "affiliations": [row for row in rows[:50] if reaches(member, "people.see", row.person)],
    }


def company_details(request: HttpRequest, company: Company) -> dict[str, Any]:
    """Return the facts of a company that are edited in place, own fields included."""
    own = CustomField.objects.filter(subject="company", archived_at=None)
    return {
        "fact_url": "people:company_field",
        "about": company,
        "facts": [*details_of_company(company), *custom_facts(company, own)],
        "has_own": bool(own),
        "may_change": reaches(getattr(request, "member", None), "companies.change", company),
    }


def notes(request: HttpRequest, about: Person | Company) -> dict[str, Any]:
    """Return the pinned notes and then the newest."""
    rows = Note.objects.filter(OPEN, **_about(about)).order_by("-pinned_at", "-created_at")
    pinned = [row for row in rows if row.pinned_at]
    others = [row for row in rows if not row.pinned_at][:3]
    return {
        "pinned": [_drawn(row) for row in pinned],
        "notes": [_drawn(row) for row in others],
        "may_change": _may_change(request, about),
    }


def _drawn(row: Note) -> dict[str, Any]:
    return {"row": row, "html": mark_safe(to_html(row.body))}  # noqa: S308  cleaned by to_html


def _about(about: Person | Company) -> dict[str, Any]:
    return {"company": about} if isinstance(about, Company) else {"person": about}


def _may_change(request: HttpRequest, about: Person | Company) -> bool:
    verb = "companies.change" if isinstance(about, Company) else "people.change"
    return reaches(getattr(request, "member", None), verb, about)
