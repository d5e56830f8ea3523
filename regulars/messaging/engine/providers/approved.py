"""Texts that a provider approved beforehand, as values: what stands in them, which gaps are to be filled, how they read filled."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from regulars.messaging.engine.providers.reading import objects, text_of
from regulars.messaging.engine.providers.values import Answer, Call, Filling, Template

GAP = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
APPROVED = "APPROVED"
LONGEST_FILLING = 1_024


@dataclass(frozen=True)
class Gap:
    """Something to fill in: `place` is header, body or button:NUMBER, `name` what stands between the braces."""

    place: str
    name: str
    example: str = ""

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.place}.{self.name}"


@dataclass(frozen=True)
class ApprovedTemplate:
    """One language of an approved text. `hindrance` says why it cannot be sent from here, empty when it can."""

    key: str
    name: str
    language: str
    category: str = ""
    status: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    is_named: bool = False
    hindrance: str = ""


@dataclass(frozen=True)
class Standing:
    """How a provider's token stands: `ends_at` is None when it never ends, or when nobody says."""

    is_valid: bool = True
    ends_at: datetime | None = None
    accounts: tuple[str, ...] = ()
    words: str = ""


@runtime_checkable
class KeepsTemplates(Protocol):
    """A provider whose approved texts can be asked for."""

    def approved(self, settings: Mapping[str, str]) -> Generator[Call, Answer, tuple[ApprovedTemplate, ...]]:
        """Return every template of the account, page by page; raises as `send` does."""
        ...


@runtime_checkable
class KnowsItsEnd(Protocol):
    """A provider that says until when its token holds."""

    def standing(self, settings: Mapping[str, str]) -> Generator[Call, Answer, Standing]:
        """Ask how the token stands; raises as `send` does."""
        ...


def read_template(said: Mapping[str, Any]) -> ApprovedTemplate | None:
    """Return a template as Graph tells it, None for what is none."""
    name, language = text_of(said, "name"), text_of(said, "language")
    if not name or not language:
        return None
    parts = {text_of(one, "type").upper(): one for one in objects(said.get("components"))}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    buttons = list(objects(parts.get("BUTTONS", {}).get("buttons")))
    is_named = text_of(said, "parameter_format").upper() == "NAMED"
    return ApprovedTemplate(
        key=text_of(said, "id")[:100],
        name=name[:512],
        language=language[:20],
        category=text_of(said, "category")[:40].lower(),
        status=text_of(said, "status")[:40].upper(),
        header=text_of(header, "text"),
        body=text_of(body, "text"),
        footer=text_of(parts.get("FOOTER", {}), "text"),
        buttons=tuple(text_of(one, "text") for one in buttons),
        gaps=tuple(_gaps(header, body, buttons)),
        is_named=is_named,
        hindrance=_hindrance(said, header, body, buttons),
    )


def fillings(template: ApprovedTemplate, values: Mapping[str, str]) -> tuple[Filling, ...]:
    """Return what goes into the gaps, in their order."""
    return tuple(
        Filling(one.place, one.name if template.is_named else "", _tidy(values.get(one.key, "")))
        for one in template.gaps
    )


def missing(template: ApprovedTemplate, values: Mapping[str, str]) -> list[Gap]:
    """Return the gaps that are still empty."""
    return [one for one in template.gaps if not _tidy(values.get(one.key, ""))]


def rendered(template: ApprovedTemplate, values: Mapping[str, str]) -> str:
    """Return the text as its recipient reads it; a gap without a value stays as it is.

    >>> rendered(ApprovedTemplate("1", "ready", "en", body="Hello {{1}}."), {"body.1": "Ada"})
    'Hello Ada.'
    """
    parts = (("header", template.header), ("body", template.body), ("footer", template.footer))
    return "\n\n".join(_filled(text, place, values) for place, text in parts if text)


def chosen(template: ApprovedTemplate, values: Mapping[str, str]) -> Template:
    """Return the template with its gaps filled, ready to be sent."""
    return Template(template.name, template.language, fillings=fillings(template, values))


def _filled(text: str, place: str, values: Mapping[str, str]) -> str:
    return GAP.sub(lambda gap: _tidy(values.get(f"{place}.{gap[1]}", "")) or gap[0], text)


def _tidy(value: str) -> str:
    return " ".join(value.split())[:LONGEST_FILLING]


def _gaps(header: Mapping[str, Any], body: Mapping[str, Any], buttons: list[dict[str, Any]]) -> Iterator[Gap]:
    for place, part, examples in (("header", header, "header_text"), ("body", body, "body_text")):
        told = _examples(part, examples)
        yield from (Gap(place, name, told.get(name, "")) for name in _names(text_of(part, "text")))
    for number, one in enumerate(buttons):
        yield from (Gap(f"button:{number}", name) for name in _names(text_of(one, "url")))


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(GAP.findall(text)))


def _examples(part: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return examples by gap: numbered ones are a list (of the body a list in a list), named ones name themselves."""
    example = part.get("example")
    if not isinstance(example, dict):
        return {}
    named = objects(example.get(f"{key}_named_params"))
    found = {text_of(one, "param_name"): text_of(one, "example") for one in named}
    told = example.get(key)
    if isinstance(told, list) and told and isinstance(told[0], list):
        told = told[0]
    if isinstance(told, list):
        found |= {str(place): str(one) for place, one in enumerate(told, 1) if isinstance(one, str)}
    return found


def _hindrance(
    said: Mapping[str, Any], header: Mapping[str, Any], body: Mapping[str, Any], buttons: list[dict[str, Any]]
) -> str:
    if text_of(said, "status").upper() != APPROVED:
        return "status"
    if text_of(said, "category").upper() == "AUTHENTICATION":
        return "code"
    if header and text_of(header, "format").upper() not in ("", "TEXT"):
        return "media"
    if not text_of(body, "text"):
        return "body"
    kinds = {text_of(one, "type").upper() for one in buttons}
    return "" if kinds <= {"URL", "QUICK_REPLY", "PHONE_NUMBER"} else "button"
