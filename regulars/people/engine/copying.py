"""The text form of PostgreSQL's COPY, made fast."""

from collections.abc import Iterable

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": None})


def copy_text(value: str) -> str:
    """Return a text as one COPY cell; an empty one is NULL, as nothing was said.

    >>> copy_text("a\\tb"), copy_text("")
    ('a\\\\tb', '\\\\N')
    """
    if not value:
        return NULL
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


def copy_array(values: Iterable[str]) -> str:
    """Return texts as one COPY cell that holds an array.

    >>> copy_array(["VIP", 'say "hi"'])
    '{"VIP","say \\\\\\\\"hi\\\\\\\\""}'
    """
    quoted = ['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]
    return copy_text("{" + ",".join(quoted) + "}") if quoted else NULL
