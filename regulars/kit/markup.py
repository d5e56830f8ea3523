"""The smallest pieces of a page, as functions: tables build their cells from them, the tags of `kit` expose them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape as plain
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from regulars.kit.clock import now
from regulars.kit.money import format_money, write_number

TONES = ("green", "amber", "sky", "plum", "teal", "rose", "olive", "indigo", "brick")
ICONS = frozenset(
    (Path(__file__).parent / "static/kit/vendor/tabler-icons/names.txt").read_text(encoding="utf-8").split()
)
NOTHING = SafeString('<span class="cell-none">–</span>')


def escape(text: object) -> str:
    """Escape for text and attributes; a list has hundreds of cells, and Django's own takes four times as long."""
    return plain(str(text))


class UnknownIcon(ValueError):
    """Say which icon is not in the sprite, and where to add it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No icon named “{name}”; add it to vendor/tabler-icons/names.txt and run bin/vendor --fetch."
        )


def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration."""
    return SafeString(_icon(name, css, label))


@lru_cache(maxsize=1024)
def _icon(name: str, css: str, label: str) -> str:
    if name not in ICONS:
        raise UnknownIcon(name)
    heard = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    classes = f"icon {css}".strip()
    return f'<svg class="{escape(classes)}" {heard}><use href="{_sprite()}#{name}"></use></svg>'


def _sprite() -> str:
    return static("kit/vendor/tabler-icons/sprite.svg")


def tone_of(key: object) -> str:
    """Pick the tone a thing always has, from its id or name.

    >>> tone_of(7) == tone_of("7")
    True
    """
    return TONES[zlib.crc32(str(key).encode()) % len(TONES)]


def initials(name: str) -> str:
    """Take the first letters of the first and the last word.

    >>> initials("Ada King Lovelace"), initials("ada"), initials("")
    ('AL', 'A', '?')
    """
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def avatar(name: str, key: object = None, size: str = "", company: bool = False) -> SafeString:
    """Draw the round initials of a person or the square ones of a company; size is xs, s, l or xl."""
    classes = f"avatar tone-{tone_of(name if key is None else key)}"
    if size:
        classes += f" avatar-{size}"
    if company:
        classes += " avatar-company"
    return SafeString(
        f'<span class="{classes}" data-initials="{escape(initials(name))}" aria-hidden="true"></span>'
    )


def who(name: str, url: str = "", key: object = None, sub: str = "", company: bool = False) -> SafeString:
    """Show an avatar with the name, a link where there is one, and a quiet second line that says more than the name."""
    shown = escape(name) or gettext("No name")
    face = (
        f'<a class="row-link truncate" href="{escape(url)}">{shown}</a>'
        if url
        else f'<span class="who-name truncate">{shown}</span>'
    )
    below = f'<span class="who-sub truncate">{escape(sub)}</span>' if sub and sub != name else ""
    return SafeString(
        f'<span class="who">{avatar(name, key, company=company)}<span class="who-text">{face}{below}</span></span>'
    )


def palette_item(one: Mapping[str, Any], element: str) -> SafeString:
    """Draw one line of the palette: label and url; maybe avatar and key (of a company), or icon; sub, hint."""
    label = escape(one["label"])
    if one.get("avatar"):
        face = avatar(str(one["avatar"]), one.get("key"), "s", bool(one.get("company")))
    else:
        face = icon(one.get("icon") or "arrow-right")
    sub = f'<span class="sub truncate">{escape(one["sub"])}</span>' if one.get("sub") else ""
    hint = f'<span class="hint">{escape(one["hint"])}</span>' if one.get("hint") else ""
    return SafeString(
        f'<a class="palette-item" role="option" tabindex="-1" id="{element}" href="{escape(one["url"])}" data-recent="{label}">'
        f'{face}<span class="truncate">{label}</span>{sub}{hint}</a>\n'
    )


def chip(label: object, tone: str = "", mark: str = "", url: str = "", dot: bool = False) -> SafeString:
    """Show a short word in a tone; tone "auto" gives each label its own."""
    tone = tone_of(label) if tone == "auto" else tone
    shown = label if isinstance(label, SafeString) else escape(str(label))
    return SafeString(_chip(shown, tone, mark, url, dot))


@lru_cache(maxsize=2048)
def _chip(shown: str, tone: str, mark: str, url: str, dot: bool) -> str:
    classes = escape("chip" + (f" tone-{tone}" if tone else "") + (" chip-dot" if dot else ""))
    inner = f'{icon(mark) if mark else ""}<span class="truncate">{shown}</span>'
    if url:
        return f'<a class="{classes}" href="{escape(url)}">{inner}</a>'
    return f'<span class="{classes}">{inner}</span>'


def chips(labels: Sequence[object], most: int = 3) -> SafeString:
    """Show a few chips and the number of those left out."""
    shown = "".join(chip(label, "auto") for label in labels[:most])
    if len(labels) > most:
        shown += chip(f"+{len(labels) - most}")
    return SafeString(f'<span class="cluster">{shown}</span>') if shown else NOTHING


def exact(at: datetime) -> str:
    """Write a moment in full, in the reader's time zone and language."""
    return _in_full(timezone.localtime(at), get_language())


def _in_full(local: datetime, language: str | None) -> str:
    return f"{_written(local.toordinal(), 'j M Y', language)}, {local.hour:02}:{local.minute:02}"


def _date(on: date, style: str) -> str:
    return _written(on.toordinal(), style, get_language())


@lru_cache(maxsize=4096)
def _written(ordinal: int, style: str, language: str | None) -> str:
    return formats.date_format(date.fromordinal(ordinal), style)


def day(on: date | None, css: str = "") -> SafeString:
    """Write a day as 4 Mar, with the year when it is not this one."""
    if on is None:
        return NOTHING
    if isinstance(on, datetime):
        on = timezone.localtime(on).date()
    style = "j M" if on.year == timezone.localtime(now()).year else "j M Y"
    return format_html('<time datetime="{}" class="{}">{}</time>', on.isoformat(), css, _date(on, style))


def ago(at: datetime | None) -> SafeString:
    """Write a moment the way people say it, the exact one on hover."""
    return NOTHING if at is None else teller()(at)


def teller() -> Callable[[datetime], SafeString]:
    """Return what writes moments as `ago` does: whoever writes many asks only once who reads, where and when."""
    zone, language = timezone.get_current_timezone(), get_language()
    current = now().astimezone(zone)

    def tell(at: datetime) -> SafeString:
        local = at.astimezone(zone)
        shown, full = escape(_say(local, current, language)), escape(_in_full(local, language))
        return SafeString(f'<time datetime="{at.isoformat()}" title="{full}">{shown}</time>')

    return tell


def say(at: datetime, current: datetime) -> str:
    """Say how long ago or how soon a moment is.

    >>> from datetime import UTC
    >>> say(datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, 5, tzinfo=UTC))
    '5 min ago'
    """
    return _say(timezone.localtime(at), timezone.localtime(current), get_language())


def _say(at: datetime, current: datetime, language: str | None) -> str:
    """Say it of moments that are in the reader's time zone already."""
    seconds = (current - at).total_seconds()
    minutes = round(abs(seconds) / 60)
    if minutes < 60:
        return _phrase("minutes", minutes if seconds > 0 else -minutes, language)
    days = (current.date() - at.date()).days
    if days == 0:
        hours = round(minutes / 60)
        return _phrase("hours", hours if seconds > 0 else -hours, language)
    if -31 < days < 31:
        return _phrase("days", days, language)
    return _written(at.toordinal(), "j M" if at.year == current.year else "j M Y", language)


@lru_cache(maxsize=1024)
def _phrase(unit: str, past: int, language: str | None) -> str:
    """Say so many minutes, hours or days, past or to come, in the language that is spoken now."""
    n = abs(past)
    if n == 0:
        return gettext("just now")
    if unit == "minutes":
        return gettext("%(n)s min ago") % {"n": n} if past > 0 else gettext("in %(n)s min") % {"n": n}
    if unit == "hours":
        return gettext("%(n)s h ago") % {"n": n} if past > 0 else gettext("in %(n)s h") % {"n": n}
    if n == 1:
        return gettext("yesterday") if past > 0 else gettext("tomorrow")
    words = (
        ngettext("%(n)s day ago", "%(n)s days ago", n)
        if past > 0
        else ngettext("in %(n)s day", "in %(n)s days", n)
    )
    return words % {"n": n}


def money(amount_minor: int | None, currency: str) -> SafeString:
    """Show money with its currency, in figures of one width."""
    if amount_minor is None:
        return NOTHING
    return SafeString(f'<span class="num">{escape(format_money(amount_minor, currency))}</span>')


def number(value: float | int | None, places: int | None = None) -> SafeString:
    """Show a number the way the active language groups it."""
    if value is None:
        return NOTHING
    if isinstance(value, int) and not places:
        return SafeString(f'<span class="num">{escape(write_number(value))}</span>')
    text = formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    return SafeString(f'<span class="num">{escape(text)}</span>')


def sparkline(values: Sequence[float], label: str = "", width: int = 72, height: int = 28) -> SafeString:
    """Draw a small line of values, oldest first, the last one dotted."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (width - 4) / (len(values) - 1)
    points = [
        (2 + i * step, height - 3 - (value - low) / span * (height - 6)) for i, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    heard = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return SafeString(
        f'<svg class="sparkline" viewBox="0 0 {width} {height}" {heard}>'
        f'<polygon class="area" points="{points[0][0]:.1f},{height} {line} {x:.1f},{height}"></polygon>'
        f'<polyline class="line" points="{line}"></polyline>'
        f'<circle class="last" cx="{x:.1f}" cy="{y:.1f}" r="2.6"></circle></svg>'
    )
