"""What is new in a reply: plain text cut into what was written, the signature and the history it carries along.

Nothing is thrown away: the three pieces are what the thread shows, dims and folds. When the guess would leave nothing,
everything is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from regulars.messaging.engine.history_words import FROM, OTHER_LABELS, SENT_FROM, SEPARATORS, WROTE, any_of

INVISIBLE = "\u200b\u200c\u200d\ufeff\u2060\u1427 \t\u00a0"
MOST_ATTRIBUTION_LINES = 4
LONGEST_SIGNATURE = 25
# No program introduces history with a longer line, and the patterns below take the square of a line's length.
LONGEST_LINE = 1_000
FENCE = re.compile(r"^\s*(?:```|~~~)")
QUOTED = re.compile(r"^\s*(?:>|\|(?:\s|$)|&gt;)")
RULE = re.compile(r"^[\s*]*(?:-{2,}|_{2,}|={4,}|~{3,}|\*{3,}|#{4,}|\+{4,}|—-?|–|-- ?)[\s*]*$")
SIGNATURE_MARK = re.compile(r"^\s{0,3}(?:-- ?|—-?|–-?|__+|--+\s*)$")
SEPARATOR = re.compile(
    rf"^[\s>*]*(?:[-_=]{{2,}}\s*(?:{SEPARATORS})\s*[-_=]{{2,}}|(?:{SEPARATORS})\s*:?|-{{5,}}\s*[^\W\d_][^-]{{2,50}}?\s*-{{5,}})[\s*]*$",
    re.IGNORECASE,
)
ZOHO = re.compile(
    r"^\s*-{3,}\s*(?:On|Am|Le|El|Il|Op|Em)?\b.{10,200}\b(?:" + any_of(WROTE) + r")\s*-{3,}\s*$", re.IGNORECASE
)
HEADER = re.compile(rf"^[\s>*]*(?:{FROM})\*?\s?[:：]\*?\s*\S", re.IGNORECASE)
LABEL = re.compile(rf"^[\s>*]*(?:{FROM}|{OTHER_LABELS})\*?\s?[:：]", re.IGNORECASE)
WROTE_AT_END = re.compile(
    rf"(?:{any_of(WROTE)})[^\n]{{0,80}}?[:：]\s*\*?\s*$|(?:{any_of(('写道', '寫道', '作成', '작성', 'のメール'))})\s*[:：]?\s*$",
    re.IGNORECASE,
)
SAYS_WHEN = re.compile(
    r"\d{4}[-./年]|\d{1,2}[.:h]\d{2}|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b(?:19|20)\d{2}\b|\d{1,2}\.\s?\w{3,}|\bago\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"<?[\w.+%-]+@[\w.-]+>?|<mailto:|\[mailto:")
VERBLESS = re.compile(
    r"^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,120}<[^<>\s]+@[^<>\s]+>:?|.{6,120}<[^<>\s]+@[^<>\s]+>\s*:)\s*$"
)
SENT = re.compile(rf"^\s*[*_]?(?:{SENT_FROM})[*_]?(?:<?https?://\S+>?)?\.?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Folded:
    """The pieces of a text, whose lines together are all its lines."""

    new: str
    signature: str = ""
    quoted: str = ""


def fold(text: str) -> Folded:
    """Cut a plain text body into what is new, the signature below it, and the history."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fenced = _fenced(lines)
    cut = _history_begins(lines, fenced)
    if cut is None:
        return _signed(lines, [], fenced)
    start, end = cut
    if not _says_something(lines[:start]):
        return _without_text_above(lines, start, end)
    answers = _answers_below(lines, end)
    if answers is not None:
        return _signed([*lines[:start], *lines[answers:]], lines[start:answers], fenced)
    return _signed(lines[:start], lines[start:], fenced)


def history_line(text: str) -> int | None:
    """Return the number of the line with which the history below what was written begins; None without one, or with answers in it."""
    lines = text.split("\n")
    cut = _history_begins(lines, _fenced(lines))
    if cut is None or not _says_something(lines[: cut[0]]) or _answers_below(lines, cut[1]) is not None:
        return None
    return cut[0]


def _history_begins(lines: list[str], fenced: list[bool]) -> tuple[int, int] | None:
    """Return where the history begins and where its introduction ends, None when there is none."""
    for at, line in enumerate(lines):
        if fenced[at] or len(line) > LONGEST_LINE or not line.strip(INVISIBLE):
            continue
        end = _introduction_ends(lines, at)
        # A form's mail begins with «From:» and «Subject:» too, and there they are what was written.
        is_form = end is not None and LABEL.match(line) and not _says_something(lines[:at])
        if end is not None and not is_form:
            return _with_rule_above(lines, at), end
    begins = _quotation_at_the_end(lines)
    return None if begins is None else (begins, begins)


def _introduction_ends(lines: list[str], at: int) -> int | None:
    line = lines[at]
    if SEPARATOR.match(line) or ZOHO.match(line):
        return _headers_end(lines, at + 1) or at + 1
    if HEADER.match(line):
        return _headers_end(lines, at)
    if QUOTED.match(line) and LABEL.match(line):
        return _headers_end(lines, at, least=3)
    if VERBLESS.match(line) and SAYS_WHEN.search(line) and _next_is_quoted(lines, at + 1):
        return at + 1
    return _attribution_ends(lines, at)


def _headers_end(lines: list[str], at: int, least: int = 2) -> int | None:
    """Return where a block of copied headers ends: a few labels, a sender among them, before a blank line."""
    labels = senders = 0
    here = at
    while here < len(lines) and here - at < 25:
        line = lines[here]
        if LABEL.match(line):
            labels += 1
            senders += bool(HEADER.match(line))
        elif not line.strip(INVISIBLE + ">*"):
            if labels:
                break
        elif labels == 0:
            return None
        here += 1
    return here if labels >= least and senders else None


def _attribution_ends(lines: list[str], at: int) -> int | None:
    """Return where «On Monday, Ada <ada@…> wrote:» ends, over at most four lines."""
    joined = ""
    for here in range(at, min(at + MOST_ATTRIBUTION_LINES, len(lines))):
        line = lines[here].strip(INVISIBLE + ">*")
        if not line or len(line) > LONGEST_LINE:
            return None
        joined = f"{joined} {line}".strip()
        if WROTE_AT_END.search(joined):
            is_one = SAYS_WHEN.search(joined) and (ADDRESS.search(joined) or len(joined) < 250)
            return (
                here + 1 if is_one or (ADDRESS.search(joined) and _next_is_quoted(lines, here + 1)) else None
            )
        if here == at and not _may_begin_attribution(line):
            return None
    return None


def _may_begin_attribution(line: str) -> bool:
    return bool(
        SAYS_WHEN.search(line)
        or ADDRESS.search(line)
        or re.match(r"(?:On|Am|Le|El|Il|Op|Em|Den|Dnia|Dne)\b", line)
    )


def _next_is_quoted(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 6] if line.strip(INVISIBLE)), "")
    return bool(QUOTED.match(following))


def _with_rule_above(lines: list[str], at: int) -> int:
    above = at - 1
    while above >= 0 and not lines[above].strip(INVISIBLE):
        above -= 1
    return above if above >= 0 and RULE.match(lines[above]) else at


def _quotation_at_the_end(lines: list[str]) -> int | None:
    """Return where a quotation begins that nothing but blank lines and a signature follows."""
    end = len(lines)
    while end and not QUOTED.match(lines[end - 1]):
        end -= 1
    below = _without_signature(lines[end:])
    if not end or _says_something(below):
        return None
    start = end
    while start and (QUOTED.match(lines[start - 1]) or not lines[start - 1].strip(INVISIBLE)):
        start -= 1
    return start if _says_something(lines[:start]) else None


def _without_text_above(lines: list[str], start: int, end: int) -> Folded:
    """Answer below the quotation, an answer between its lines, or a mail that was passed on."""
    answers = _answers_below(lines, end)
    rest = lines[end:]
    if answers is not None:
        return _signed(lines[answers:], lines[:answers], _fenced(lines[answers:]))
    if _says_something(rest) and not _next_is_quoted(lines, end):
        inner = fold("\n".join(rest))
        return Folded(
            inner.new, inner.signature, _joined(lines[:end], inner.quoted.split("\n") if inner.quoted else [])
        )
    return Folded(_trimmed(lines), "", "")


def _answers_below(lines: list[str], end: int) -> int | None:
    """Return from where to show again when something is written below or between the quoted lines, else None."""
    here = end
    while here < len(lines) and (QUOTED.match(lines[here]) or not lines[here].strip(INVISIBLE)):
        here += 1
    if here == end or not any(QUOTED.match(line) for line in lines[end:here]):
        return None
    own = _without_signature([line for line in lines[here:] if not QUOTED.match(line)])
    if not _says_something(own):
        return None
    is_between = any(QUOTED.match(line) for line in lines[here:])
    return end if is_between else here


def _signed(lines: list[str], history: list[str], fenced: list[bool]) -> Folded:
    body, signature = list(lines), []
    mark = _signature_begins(body, fenced)
    if mark is not None and _says_something(body[:mark]):
        body, signature = body[:mark], body[mark:]
    end = len(body)
    while (
        end
        and (not body[end - 1].strip(INVISIBLE) or RULE.match(body[end - 1]))
        and not _is_fenced(fenced, end - 1)
    ):
        end -= 1
    body, signature = body[:end], [*body[end:], *signature]
    new = _trimmed(body)
    if not new.strip(INVISIBLE):
        return Folded(_trimmed([*lines, *history]), "", "")
    return Folded(new, _trimmed(signature), _trimmed(history))


def _signature_begins(lines: list[str], fenced: list[bool]) -> int | None:
    for at in range(_last_stretch_begins(lines), len(lines)):
        if _is_fenced(fenced, at):
            continue
        below = len(lines) - at - 1
        if SENT.match(lines[at]) and below <= LONGEST_SIGNATURE:
            return at
        if SIGNATURE_MARK.match(lines[at]):
            return at
    return None


def _last_stretch_begins(lines: list[str]) -> int:
    """Return from which line on no more lines follow than a signature may have, blank ones not counted."""
    at, said = len(lines), 0
    while at and said <= LONGEST_SIGNATURE:
        at -= 1
        said += bool(lines[at].strip(INVISIBLE))
    return at


def _without_signature(lines: list[str]) -> list[str]:
    at = _signature_begins(lines, [False] * len(lines))
    return lines if at is None else lines[:at]


def _says_something(lines: list[str]) -> bool:
    return any(line.strip(INVISIBLE) and not RULE.match(line) for line in lines)


def _fenced(lines: list[str]) -> list[bool]:
    """Tell for each line whether it belongs to a block of code, where dashes and «wrote:» mean nothing."""
    inside, told = False, []
    marks = sum(1 for line in lines if FENCE.match(line))
    for line in lines:
        is_mark = bool(FENCE.match(line)) and marks > 1
        told.append(inside or is_mark)
        inside = inside != is_mark
    return told


def _is_fenced(fenced: list[bool], at: int) -> bool:
    return at < len(fenced) and fenced[at]


def _trimmed(lines: list[str]) -> str:
    first, last = 0, len(lines)
    while first < last and not lines[first].strip(INVISIBLE):
        first += 1
    while last > first and not lines[last - 1].strip(INVISIBLE):
        last -= 1
    return "\n".join(line.rstrip(INVISIBLE) for line in lines[first:last])


def _joined(*pieces: list[str]) -> str:
    return _trimmed([line for piece in pieces for line in piece])
