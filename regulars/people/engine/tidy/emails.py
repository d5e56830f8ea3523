"""E-mail addresses: lower-case, domains in their ASCII form; nothing is asked of the network."""

import re

from regulars.people.engine.sayings import Unclear, gettext_noop

_ = gettext_noop
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What most addresses look like; a test proves that the library agrees with every match. Domains with a double
# hyphen (IDNA) and reserved ones (.test, .local) are left to the library.
_WELL_FORMED = re.compile(
    r"(?=.{6,254}\Z)(?!.*--.*)"
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,8}"
    rf"@(?=.{{4,253}}\Z)(?:{_LABEL}\.)+(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z][a-z0-9-]{{0,61}}[a-z]"
)
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*\Z")
_SEVERAL = re.compile(r"[;,|\s]+")


def tidy_email(value: str) -> str:
    """Return the address as it is stored and matched.

    >>> tidy_email("Ada <ADA@Exämple.org>")
    'ada@xn--exmple-cua.org'
    """
    plain = value.strip().lower()
    if _WELL_FORMED.fullmatch(plain) and value.isascii():
        return plain
    return _by_library(_bare(value), value)


def several_emails(value: str) -> list[str]:
    """Return the addresses of a cell that may hold more than one.

    >>> several_emails("ada@example.org; Ada@work.example")
    ['ada@example.org', 'ada@work.example']
    """
    if value.count("@") < 2:
        return [tidy_email(value)]
    parts = [part for part in _SEVERAL.split(_only_addresses(value)) if part]
    return list(dict.fromkeys(tidy_email(part) for part in parts))


def looks_like_email(value: str) -> bool:
    """Say whether a value is meant to be an e-mail address."""
    return bool(
        re.fullmatch(
            r"(?:mailto:|[^@<>]*<)?[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]{2,}>?", value.strip(), re.IGNORECASE
        )
    )


def _by_library(plain: str, value: str) -> str:
    """Return what the library makes of an unusual address."""
    from email_validator import EmailNotValidError, validate_email  # slow to load, seldom needed

    if "@" not in plain:
        raise Unclear(_("“%(value)s” is not an e-mail address: it has no @."), value=value)
    try:
        found = validate_email(plain, check_deliverability=False)
    except EmailNotValidError as error:
        raise Unclear(_("“%(value)s” is not an e-mail address."), value=value) from error
    return f"{found.local_part}@{found.ascii_domain}".lower()


def _bare(value: str) -> str:
    """Return the address without the name around it."""
    text = "".join(letter for letter in value.strip() if letter.isprintable()).strip()
    inside = _IN_BRACKETS.search(text)
    return (inside.group(1) if inside else text).removeprefix("mailto:").strip(" '\"").rstrip(" .;,")


def _only_addresses(value: str) -> str:
    """Return the bracketed addresses alone where there are any."""
    inside = re.findall(r"<([^<>]*)>", value)
    return " ".join(inside) if inside else value
