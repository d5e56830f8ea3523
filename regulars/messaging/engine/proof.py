"""Whether a mail comes from where it says: what our own provider found out, or the sender's signature checked by us.

The sender's name on a mail proves nothing. A header that says so may be forged as well: only the topmost one counts, and only
when it bears the id of our own provider, which removes those of others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from regulars.messaging.engine.letters import Letter

PASS, FAIL, NONE = "pass", "fail", "none"
# Returns the TXT records of a name, joined; None when there are none or the name service does not answer.
Resolver = Callable[[str], str | None]
METHOD = re.compile(r"\b(dmarc|dkim)\s*=\s*([a-z]+)([^;]*)", re.IGNORECASE)
SIGNED_BY = re.compile(r"\bheader\.(?:d|i)\s*=\s*\"?(?:[^@\s;\"]*@)?([^\s;\"]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
SIGNATURE_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^;\s]+)", re.IGNORECASE)
STRICT = re.compile(r"\bp\s*=\s*(?:reject|quarantine)\b", re.IGNORECASE)
MOST_SIGNATURES = 5


def proof_of(letter: Letter, raw: bytes, trusted_id: str = "", resolver: Resolver | None = None) -> str:
    """Return whether the sender's domain vouches for a mail: pass, fail, or none when nobody can say."""
    domain = letter.sender.email.rpartition("@")[2].lower() if letter.sender else ""
    if not domain:
        return NONE
    told = told_by_provider(letter, trusted_id, domain) if trusted_id else ""
    if told:
        return told
    return checked(letter, raw, domain, resolver) if resolver is not None else NONE


def told_by_provider(letter: Letter, trusted_id: str, domain: str) -> str:
    """Return what our provider found out, empty when the topmost finding is not by it."""
    topmost = COMMENT.sub(" ", letter.header("authentication-results"))
    by, _semicolon, findings = topmost.partition(";")
    words = by.split()
    if not words or words[0].lower() != trusted_id.strip().lower():
        return ""
    found = [(one[1].lower(), one[2].lower(), one[3]) for one in METHOD.finditer(findings)]
    dmarc = {result for method, result, _rest in found if method == "dmarc"}
    if PASS in dmarc:
        return PASS
    if FAIL in dmarc:
        return FAIL
    signers = {
        signer.lower()
        for method, result, rest in found
        if (method, result) == ("dkim", PASS)
        for signer in SIGNED_BY.findall(rest)
    }
    return PASS if any(is_aligned(signer, domain) for signer in signers) else NONE


def checked(letter: Letter, raw: bytes, domain: str, resolver: Resolver) -> str:
    """Check the signatures of the sender's own domain; a broken one is a forgery where the domain says that it signs all."""
    import dkim

    signatures = letter.headers.get("dkim-signature", ())[:MOST_SIGNATURES]
    ours = [place for place, said in enumerate(signatures) if _is_by(said, domain)]
    if not ours:
        return NONE

    def records(name: bytes, timeout: int = 5) -> bytes | None:
        found = resolver(name.decode("ascii", "replace").rstrip("."))
        return found.encode() if found else None

    for place in ours:
        try:
            if dkim.DKIM(raw).verify(idx=place, dnsfunc=records):
                return PASS
        except Exception:  # noqa: BLE001, S112  a signature that cannot be read vouches for nothing
            continue
    return (
        FAIL
        if STRICT.search(resolver(f"_dmarc.{domain}") or "") and _has_keys(signatures, ours, resolver)
        else NONE
    )


def _has_keys(signatures: tuple[str, ...], ours: list[int], resolver: Resolver) -> bool:
    """Tell whether the name service answered at all: without the keys nothing can be said."""
    for place in ours:
        selector = re.search(r"(?:^|;)\s*s\s*=\s*([^;\s]+)", signatures[place])
        signer = SIGNATURE_DOMAIN.search(signatures[place])
        if selector and signer and resolver(f"{selector[1]}._domainkey.{signer[1]}"):
            return True
    return False


def _is_by(signature: str, domain: str) -> bool:
    found = SIGNATURE_DOMAIN.search(signature)
    return found is not None and is_aligned(found[1].lower(), domain)


def is_aligned(signer: str, domain: str) -> bool:
    """Tell whether a signer speaks for a domain: the same, or a house that it belongs to.

    >>> is_aligned("example.com", "mail.example.com"), is_aligned("com", "example.com"), is_aligned("evil.com", "example.com")
    (True, False, False)
    """
    return "." in signer and (
        domain == signer or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")
    )
