from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.engine.gaps import Filled, fill, gaps_in, left_open
from regulars.inbox.events import TemplateChanged
from regulars.inbox.models import Conversation, Situation, Template, TemplateUse, TemplateVersion
from regulars.inbox.queries.templates import GAPS, languages_for, values_for
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.messaging.models import Message
from regulars.people.actions.reading import Reading
from regulars.team.models import Member, Team

STARTERS = Path(__file__).parent.parent / "data/templates.toml"


class GapsLeft(Refused):
    """A text in which something is still to be filled in is not sent."""

    status = 422
    code = "gaps_left"
    default = gettext_lazy("Fill in what is missing first.")


@transaction.atomic
def create_template(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Template:
    """Make a template: name, situation, note, team, and texts (words by language)."""
    columns, texts = _read(values, None)
    if not texts:
        raise Invalid({f"body_{settings.LANGUAGES[0][0]}": _("Write it in at least one language.")})
    template = Template.objects.create(created_at=at, **columns)
    _keep_texts(template, texts)
    _announce(template, by, changed({}, _told(template)))
    return template


@transaction.atomic
def change_template(template: Template, values: Mapping[str, Any], *, by: Actor) -> Template:
    """Change a template; texts of languages that are not named stay, those that are empty go."""
    before = _told(template)
    columns, texts = _read({"name": template.name, **values}, template)
    for name, value in columns.items():
        setattr(template, name, value)
    template.save()
    if "texts" in values:
        _keep_texts(template, texts, named=set(values["texts"]))
    changes = changed(before, _told(template))
    if changes:
        _announce(template, by, changes)
    return template


@transaction.atomic
def archive_template(template: Template, *, by: Actor, at: datetime) -> None:
    """Put a template away: nobody is offered it any more, what was sent with it stays counted."""
    template.archived_at = at
    template.save(update_fields=["archived_at"])
    _announce(template, by, {"archived_at": [None, at.isoformat()]})


@transaction.atomic
def restore_template(template: Template, *, by: Actor) -> None:
    """Take a template out again."""
    before = template.archived_at
    template.archived_at = None
    template.save(update_fields=["archived_at"])
    _announce(template, by, {"archived_at": [before and before.isoformat(), None]})


@transaction.atomic
def load_starters(*, by: Actor, at: datetime) -> int:
    """Add the starter templates that are not there yet, also those put away; return how many were new."""
    known = set(Template.objects.exclude(starter="").values_list("starter", flat=True))
    names = set(Template.objects.values_list("name", flat=True))
    count = 0
    for one in starters():
        if one["key"] in known or one["name"] in names:
            continue
        texts = {code: one[code].strip() for code, _name in settings.LANGUAGES if one.get(code)}
        template = Template.objects.create(
            starter=one["key"], name=one["name"], situation=one["situation"], note=one["note"], created_at=at
        )
        _keep_texts(template, texts)
        _announce(template, by, changed({}, _told(template)))
        count += 1
    return count


def starters() -> list[dict[str, str]]:
    """Return the starter templates as the file has them."""
    with STARTERS.open("rb") as file:
        return list(tomllib.load(file)["template"])


@transaction.atomic
def use_template(
    template: Template, conversation: Conversation, *, member: Member | None, language: str = "", at: datetime
) -> tuple[str, Filled]:
    """Fill a template for a conversation in the customer's language, and count that it was used."""
    chosen, filled = filled_for(template, conversation, member=member, language=language)
    TemplateUse.objects.create(
        template=template, conversation=conversation, member=member, language=chosen, at=at
    )
    return chosen, filled


def filled_for(
    template: Template,
    conversation: Conversation,
    *,
    member: Member | None,
    language: str = "",
    more: Mapping[str, str] | None = None,
) -> tuple[str, Filled]:
    """Return a template's language and words for a conversation, its gaps filled as far as they can be."""
    texts = template.texts()
    wanted = language if language in texts else languages_for(conversation, texts)
    return wanted, fill(texts.get(wanted, ""), {**values_for(conversation, member), **(more or {})})


def count_as_sent(conversation_id: int, message_id: int, *, at: datetime) -> int:
    """Note that the templates a member put into an answer have left with it."""
    author = Message.objects.filter(pk=message_id).values_list("author", flat=True).first()
    rows = TemplateUse.objects.filter(conversation=conversation_id, member=author, sent_at=None)
    return rows.update(sent_at=at) if author is not None else 0


def refuse_gaps(text: str) -> None:
    """Refuse to send a text in which a gap is still open, and say which."""
    left = left_open(text)
    if left:
        raise GapsLeft(
            _("Fill in %(gaps)s first; the customer would read it like that.")
            % {"gaps": ", ".join(left[:5])},
            gaps=list(left),
        )


def open_gaps(missing: Sequence[str]) -> str:
    """Say in words which gaps nothing is known for.

    A name that is not one of ours is shown as it is written.
    """
    names = ", ".join(str(GAPS.get(name, name)) for name in missing[:5])
    return _("Not known here: %(gaps)s.") % {"gaps": names}


def _keep_texts(template: Template, texts: Mapping[str, str], named: set[str] | None = None) -> None:
    if named is not None:
        template.versions.filter(language__in=named - set(texts)).delete()
    for language, body in texts.items():
        TemplateVersion.objects.update_or_create(
            template=template, language=language, defaults={"body": body}
        )


def _announce(template: Template, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(TemplateChanged(template_id=template.pk, name=template.name), by=by, changes=changes)


def _told(template: Template) -> dict[str, Any]:
    told = {name: getattr(template, name) for name in ("name", "situation", "note", "team_id")}
    rows = TemplateVersion.objects.filter(template=template).values_list("language", "body")
    return told | {f"text_{language}": body for language, body in rows}


def _read(values: Mapping[str, Any], template: Template | None) -> tuple[dict[str, Any], dict[str, str]]:
    reading = Reading()
    columns: dict[str, Any] = {"name": reading.text("name", values.get("name"), 80)}
    if not columns["name"]:
        reading.refuse("name", _("This can't be blank."))
    elif Template.objects.filter(name=columns["name"]).exclude(pk=template.pk if template else 0).exists():
        reading.refuse("name", _("There is a template of this name already."))
    if "situation" in values:
        columns["situation"] = values["situation"] or Situation.EVERYDAY
        if columns["situation"] not in Situation.values:
            reading.refuse("situation", _("Choose one of those shown."))
    if "note" in values:
        columns["note"] = reading.text("note", values["note"], 300)
    if "team" in values:
        columns["team_id"] = reading.ref("team", values["team"], Team)
    texts = _texts(values.get("texts") or {}, reading)
    for name in values.keys() - {"name", "situation", "note", "team", "texts"}:
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    return columns, texts


def _texts(given: Mapping[str, str], reading: Reading) -> dict[str, str]:
    known, texts = {code for code, _name in settings.LANGUAGES}, {}
    for language, body in given.items():
        place = f"body_{language}"
        if language not in known:
            reading.refuse(place, _("There is no such language here."))
        words = reading.text(place, body, 10_000, lines=True)
        unknown = [gap for gap in gaps_in(words) if gap not in GAPS]
        unread = [gap for gap in left_open(words) if not gaps_in(gap)]
        if unknown or unread:
            said = _("%(gap)s is not known. Use one of: %(known)s.")
            reading.refuse(place, said % {"gap": (unread or unknown)[0], "known": ", ".join(GAPS)})
        if words.strip():
            texts[language] = words.strip()
    return texts
