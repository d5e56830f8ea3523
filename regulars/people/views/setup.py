"""Settings of people: own fields and tags."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.people.actions.fields import archive_field, change_field, define_field, restore_field
from regulars.people.actions.tags import change_tag, delete_tag
from regulars.people.forms import FieldForm, TagForm
from regulars.people.models import CustomField, Tag
from regulars.people.views.boxes import Done, box
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs

SUBJECTS = ("person", "company", "order")


@require_GET
@needs("fields.change")
def fields(request: Request) -> HttpResponse:
    """Show the business's own fields."""
    rows = CustomField.objects.all()
    groups = [
        {
            "subject": subject,
            "label": label,
            "fields": [row for row in rows if row.subject == subject and not row.archived_at],
        }
        for subject, label in (("person", _("People")), ("company", _("Companies")), ("order", _("Orders")))
    ]
    archived = [row for row in rows if row.archived_at]
    template = "people/_fields.html" if request.headers.get("HX-Request") else "people/fields.html"
    return render(request, template, {"groups": groups, "archived": archived})


@require_http_methods(["GET", "POST"])
@needs("fields.change")
def new_field(request: Request) -> HttpResponse:
    """Make a field; it works in forms, lists, filters, imports and exports at once."""

    def work(values: dict[str, Any]) -> Done:
        made = define_field(values.pop("subject"), values, by=request.actor)
        return Done(
            _("%(label)s is ready to be used.") % {"label": made.label}, ("fields-changed", "details-changed")
        )

    form = FieldForm(request.POST or None, initial={"subject": request.GET.get("for", "person")})
    return box(request, form, title=_("New field"), submit=_("Make the field"), work=work)


@require_http_methods(["GET", "POST"])
@needs("fields.change")
def field_box(request: Request, field_id: int) -> HttpResponse:
    """Change a field's label, choices or help."""
    found = _field(field_id)

    def work(values: dict[str, Any]) -> Done:
        wanted = {name: values[name] for name in ("label", "help_text", "is_filterable")}
        if found.type in ("choice", "choices"):
            wanted["choices"] = values["choices"]
        change_field(found, by=request.actor, **wanted)
        return Done(_("Field saved."), ("fields-changed",))

    first = {"label": found.label, "help_text": found.help_text, "is_filterable": found.is_filterable}
    first |= {"choices": "\n".join(found.choices), "subject": found.subject, "type": found.type}
    form = FieldForm(request.POST or None, initial=first, field=found)
    return box(request, form, title=found.label, submit=_("Save"), work=work)


@require_POST
@needs("fields.change")
def field_archive(request: Request, field_id: int) -> HttpResponse:
    """Stop showing a field, or show it again; its values stay."""
    found = _field(field_id)
    if found.archived_at:
        restore_field(found, by=request.actor)
        return done(_("%(label)s is back.") % {"label": found.label}, event="fields-changed")
    archive_field(found, by=request.actor, at=now())
    undo = undo_url("field_archive", field=found.pk)
    return done(
        _("%(label)s is archived; its values stay.") % {"label": found.label},
        undo=undo,
        event="fields-changed",
    )


@takes_back("field_archive")
def _undo_archive(request: Request, what: dict[str, Any], at: datetime) -> str:
    restore_field(_field(what["field"]), by=request.actor)
    return "fields-changed"


@require_GET
@needs("tags.change")
def tags(request: Request) -> HttpResponse:
    """Show all tags and how many people carry each."""
    live = Count("person_tags", filter=Q(person_tags__person__deleted_at=None))
    template = "people/_tag_list.html" if request.headers.get("HX-Request") else "people/tags.html"
    return render(request, template, {"tags": Tag.objects.annotate(people=live)})


@require_http_methods(["GET", "POST"])
@needs("tags.change")
def tag_box(request: Request, tag_id: int) -> HttpResponse:
    """Rename a tag or give it another colour."""
    found = _tag(tag_id)

    def work(values: dict[str, Any]) -> Done:
        change_tag(found, by=request.actor, name=values["name"], colour=values["colour"])
        return Done(_("Tag saved."), ("tags-changed",))

    form = TagForm(request.POST or None, initial={"name": found.name, "colour": found.colour})
    return box(request, form, title=_("Edit the tag"), submit=_("Save"), work=work)


@require_POST
@needs("tags.change")
def tag_removal(request: Request, tag_id: int) -> HttpResponse:
    """Delete a tag everywhere."""
    found = _tag(tag_id)
    count = delete_tag(found, by=request.actor)
    return done(
        _("%(name)s is taken off %(count)s.") % {"name": found.name, "count": count}, event="tags-changed"
    )


def _field(field_id: int) -> CustomField:
    found = CustomField.objects.filter(pk=field_id).first()
    if found is None:
        raise NotThere
    return found


def _tag(tag_id: int) -> Tag:
    found = Tag.objects.filter(pk=tag_id).first()
    if found is None:
        raise NotThere
    return found
