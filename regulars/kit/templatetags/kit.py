"""The components as template tags; docs/build/look.md shows each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from regulars.kit import markup
from regulars.kit.tables import Table

register = template.Library()

FILTER_WORDS = {
    "match": _("Match"),
    "join_label": _("How the conditions join"),
    "all_of": _("all of these"),
    "any_of": _("any of these"),
    "none_of": _("none of these"),
    "and": _("and"),
    "or": _("or"),
    "nor": _("nor"),
    "none": _("none of"),
    "where": _("where"),
    "field": _("Field"),
    "operator": _("Comparison"),
    "value": _("Value"),
    "values": _("Values, with commas between"),
    "choose": _("Choose"),
    "search": _("Search"),
    "behaviour": _("What they did"),
    "how_often": _("How often"),
    "at_least": _("at least"),
    "at_most": _("at most"),
    "exactly": _("exactly"),
    "never": _("never"),
    "times": _("times"),
    "count": _("Count"),
    "when": _("When"),
    "in_the_last": _("in the last"),
    "between": _("between"),
    "ever": _("ever"),
    "days": _("days"),
    "from": _("From"),
    "to": _("To"),
    "yes": _("yes"),
    "no": _("no"),
    "me": _("me"),
    "group": _("Conditions"),
    "add_condition": _("Condition"),
    "add_behaviour": _("Behaviour"),
    "add_group": _("Group"),
    "add_where": _("of which"),
    "remove": _("Remove"),
    "remove_group": _("Remove the group"),
}


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    return markup.icon(name, css, label)


@register.simple_tag
def avatar(name: str, key: object = None, size: str = "", company: bool = False) -> SafeString:
    return markup.avatar(str(name), key, size, company)


@register.simple_tag
def who(name: str, url: str = "", key: object = None, sub: str = "", company: bool = False) -> SafeString:
    return markup.who(str(name), url, key, str(sub or ""), company)


@register.simple_tag
def chip(label: object, tone: str = "", icon: str = "", url: str = "", dot: bool = False) -> SafeString:
    return markup.chip(label, tone, icon, url, dot)


@register.simple_tag
def chips(labels: Sequence[object], most: int = 3) -> SafeString:
    return markup.chips(list(labels), most)


@register.simple_tag
def palette_items(found: Sequence[Mapping[str, Any]], group: int) -> SafeString:
    """Draw what the palette found without the template engine: it is drawn anew at each key pressed."""
    return SafeString("".join(markup.palette_item(one, f"pal-{group}-{n}") for n, one in enumerate(found, 1)))


@register.filter
def tone(key: object) -> str:
    return markup.tone_of(key)


@register.simple_tag
def ago(at: datetime | None) -> SafeString:
    return markup.ago(at)


@register.simple_tag
def day(on: date | None) -> SafeString:
    return markup.day(on)


@register.filter
def exact(at: datetime) -> str:
    return markup.exact(at)


@register.simple_tag
def money(amount_minor: int | None, currency: str) -> SafeString:
    return markup.money(amount_minor, currency)


@register.simple_tag
def number(value: float | int | None, places: int | None = None) -> SafeString:
    return markup.number(value, places)


@register.simple_tag
def sparkline(values: Sequence[float], label: str = "") -> SafeString:
    return markup.sparkline(values, label)


@register.inclusion_tag("kit/_stat.html")
def stat(label: str, value: object, **more: Any) -> dict[str, Any]:
    """Show one figure; more: note, delta ("+4 %"), trend ("up"|"down"), values (for a sparkline), url."""
    return {"label": label, "value": value, **more}


@register.inclusion_tag("kit/_timeline_item.html")
def timeline_item(item: Any) -> dict[str, Any]:
    return {"item": item}


@register.inclusion_tag("kit/_stepper.html")
def stepper(steps: Sequence[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    return {"steps": steps, "label": label}


@register.inclusion_tag("kit/_tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("kit/_table.html")
def table(table: Table) -> dict[str, Any]:
    return {"table": table}


@register.inclusion_tag("kit/_rows.html")
def table_rows(table: Table) -> dict[str, Any]:
    return {"table": table}


@register.inclusion_tag("kit/_copy.html")
def copyable(text: str, shown: object = "") -> dict[str, Any]:
    return {"text": text, "shown": shown or text}


@register.inclusion_tag("kit/_skeleton.html")
def skeleton(lines: int = 3, avatar: bool = False) -> dict[str, Any]:
    return {"lines": [["w-45", "w-80", "w-60", "w-30"][n % 4] for n in range(lines)], "avatar": avatar}


@register.inclusion_tag("kit/_progress.html")
def progress(done: int, of: int | None = None, label: str = "") -> dict[str, Any]:
    return {"done": done, "of": of, "label": label}


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """Show where the page lies: label, address, label, address, …"""
    return render_to_string("kit/_crumbs.html", {"crumbs": list(zip(pairs[::2], pairs[1::2], strict=True))})


@register.inclusion_tag("kit/_field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", hide_label: bool = False, **attrs: str
) -> dict[str, Any]:
    """Render one form field with label, hint and errors; attrs go to the control (rows, placeholder, …)."""
    kind = _kind(bound)
    about = [f"{bound.id_for_label}-error"] if bound.errors else []
    about += [f"{bound.id_for_label}-hint"] if hint or bound.help_text else []
    given: dict[str, str | bool] = {
        "class": _control_class(bound, kind),
        **{name.replace("_", "-"): value for name, value in attrs.items()},
    }
    if about:
        given["aria-describedby"] = " ".join(about)
    if bound.errors:
        given["aria-invalid"] = "true"
    widget = bound.as_widget(attrs=given)
    if kind == "group":  # Django gives the class of the choices to the box around them, too
        widget = SafeString(re.sub(r'class="form-check-input[^"]*"', 'class="choices"', widget, count=1))
    return {
        "field": bound,
        "kind": kind,
        "widget": widget,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "hide_label": hide_label,
    }


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


def _control_class(bound: BoundField, kind: str) -> str:
    base = (
        "form-check-input"
        if kind != "plain"
        else "form-select"
        if isinstance(bound.field.widget, Select)
        else "form-control"
    )
    own = bound.field.widget.attrs.get("class", "")
    return " ".join(part for part in (base, own, "is-invalid" if bound.errors else "") if part)


@register.simple_tag
def fields(form: Any) -> SafeString:
    """Render a whole form: what is wrong with it as a whole, then every visible field."""
    parts = [render_to_string("kit/_form_errors.html", {"form": form})] + [
        str(hidden) for hidden in form.hidden_fields()
    ]
    parts += [render_to_string("kit/_field.html", field(bound)) for bound in form.visible_fields()]
    return SafeString("".join(parts))


@register.simple_block_tag(end_name="endpage_header", takes_context=True)
def page_header(
    context: template.Context, content: str, title: object, subtitle: object = "", **more: Any
) -> SafeString:
    """Open a page: title, subtitle, and between the tags its actions; more: avatar, crumbs."""
    return render_to_string(
        "kit/_page_header.html",
        {"title": title, "subtitle": subtitle, "actions": SafeString(content.strip()), **more},
    )


@register.simple_block_tag(end_name="endpanel")
def panel(content: str, title: object = "", **more: Any) -> SafeString:
    """Frame a piece of the page; more: icon, count, id, flush (no padding), action_url, action, level."""
    return render_to_string("kit/_panel.html", {"title": title, "content": content, **more})


@register.simple_block_tag(end_name="endempty")
def empty(
    content: str, title: object, text: object = "", icon: str = "inbox", small: bool = False
) -> SafeString:
    """Say that there is nothing yet and, between the tags, offer the next step."""
    return render_to_string(
        "kit/_empty.html",
        {"title": title, "text": text, "icon": icon, "small": small, "actions": SafeString(content.strip())},
    )


@register.simple_block_tag(end_name="endmenu")
def menu(
    content: str, label: object, icon: str = "", css: str = "btn", text: bool = True, end: bool = False
) -> SafeString:
    """Make a button that opens a list of menu-items (links or buttons between the tags)."""
    return render_to_string(
        "kit/_menu.html",
        {"label": label, "icon": icon, "css": css, "text": text, "end": end, "content": content},
    )


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, id: str, title: object, drawer: bool = False, wide: bool = False) -> SafeString:
    """Make a dialog or, with drawer, a side panel; a button with data-open="ID" opens it."""
    return render_to_string(
        "kit/_dialog.html", {"id": id, "title": title, "drawer": drawer, "wide": wide, "content": content}
    )


@register.inclusion_tag("kit/_editable.html", takes_context=True)
def editable(context: template.Context, url: str, name: str, value: object, **more: Any) -> dict[str, Any]:
    """Show a value that turns into its input on click; more: label, kind, choices, shown, display, placeholder, method."""
    return {"url": url, "name": name, "value": value, "label": name, "kind": "text", **more}


@register.inclusion_tag("kit/_filter.html")
def filter_builder(
    tree: object, catalogue_url: str, name: str = "filter", lookup_url: str = ""
) -> dict[str, Any]:
    """Make the filter builder: its JSON is a hidden field, and each change of it a change event of the form around."""
    text = tree if isinstance(tree, str) else json.dumps(tree) if tree else ""
    return {
        "tree": text,
        "catalogue_url": catalogue_url,
        "name": name,
        "lookup_url": lookup_url,
        "words": json.dumps(_filter_words()),
    }


def _filter_words() -> dict[str, str]:
    return {name: str(words) for name, words in FILTER_WORDS.items()}
