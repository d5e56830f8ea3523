"""Who vouches for a sender: our provider's word, or the signature checked by us; a forged one takes part in nothing."""

from __future__ import annotations

from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from regulars.kit.clock import now
from regulars.messaging.engine.mime import read_letter
from regulars.messaging.engine.proof import proof_of
from regulars.messaging.models import Channel, Mailbox, Message, Participant
from regulars.people.models import Person
from tests.cast import a_mail, a_message

OURS = "mx.aalto.example"


def told(*headers: str, from_: str = "ada@example.com") -> str:
    raw = "".join(f"Authentication-Results: {one}\r\n" for one in headers).encode() + a_mail(from_=from_)
    return proof_of(read_letter(raw), raw, OURS)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("mx.aalto.example; dmarc=pass (p=REJECT) header.from=example.com", "pass"),
        ("MX.aalto.example 1; spf=pass; dkim=fail; dmarc=fail header.from=example.com", "fail"),
        ("mx.aalto.example; dkim=pass header.d=example.com", "pass"),
        ("mx.aalto.example; dkim=pass header.i=@mail.example.com", "pass"),
        ("mx.aalto.example; dkim=pass header.d=newsletters.example", "none"),
        ("mx.aalto.example; dkim=pass header.d=com", "none"),
        ("mx.aalto.example; dkim=fail header.d=example.com", "none"),
        ("mx.aalto.example; none", "none"),
        ("other.example; dmarc=pass", "none"),
        ("mx.aalto.example (dmarc=pass); spf=fail", "none"),
        ("; dmarc=pass", "none"),
    ],
)
def test_what_our_provider_found_counts_and_nobody_elses(header: str, expected: str) -> None:
    assert told(header) == expected


def test_only_the_topmost_finding_counts() -> None:
    assert told("mx.aalto.example; dmarc=fail", "mx.aalto.example; dmarc=pass") == "fail"
    assert told("relay.example; dmarc=fail", "mx.aalto.example; dmarc=pass") == "none"


KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def signed(raw: bytes, domain: bytes = b"example.com") -> bytes:
    header = dkim.sign(raw, b"s1", domain, PEM, include_headers=[b"from", b"subject", b"to"])
    return bytes(header) + raw


def names(name: str) -> str | None:
    import base64

    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    records = {
        "s1._domainkey.example.com": f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}",
        "_dmarc.example.com": "v=DMARC1; p=reject",
    }
    records["s1._domainkey.other.example"] = records["s1._domainkey.example.com"]
    return records.get(name)


def checked(raw: bytes, resolver: Any = names) -> str:
    return proof_of(read_letter(raw), raw, "", resolver)


def test_a_signature_of_the_senders_own_domain_is_checked() -> None:
    good = signed(a_mail("Pay me"))

    assert checked(good) == "pass"
    assert checked(good.replace(b"Pay me", b"Pay Eve")) == "fail"
    assert checked(a_mail("Unsigned")) == "none"
    assert checked(signed(a_mail("By another"), b"other.example")) == "none"
    assert checked(good, lambda name: None) == "none"
    assert checked(good.replace(b"Pay me", b"Pay Eve"), lambda name: None) == "none"


def test_nonsense_in_a_signature_breaks_nothing() -> None:
    for nonsense in (b"", b"d=example.com", b"v=1; a=x; d=example.com; s=s1; b=!!!; bh=; h=", b"\xff" * 50):
        assert checked(b"DKIM-Signature: " + nonsense + b"\r\n" + a_mail()) in ("none", "fail")


@pytest.mark.django_db
def test_a_forged_sender_joins_nothing_becomes_nobody_and_is_shown(olga: Any, signed_in: Any) -> None:
    first = a_message(a_mail("Hello", Message_ID="<1@x>"))
    Mailbox.objects.create(
        channel=Channel.objects.get(),
        host="h",
        user="u",
        trusted_id=OURS,
        starts_at=now(),
        changed_at=now(),
        created_at=now(),
    )
    people = Person.objects.count()

    forged = a_message(
        a_mail(
            "Send money",
            In_Reply_To="<1@x>",
            Authentication_Results=f"{OURS}; dmarc=fail",
            To="eve@evil.example",
        )
    )
    stranger = a_message(a_mail("Hi", from_="new@else.example", Authentication_Results=f"{OURS}; dmarc=fail"))

    assert (forged.proof, forged.threading, forged.thread == first.thread) == ("fail", "kept_apart", False)
    assert not Participant.objects.filter(thread=first.thread, email="eve@evil.example").exists()
    assert (stranger.person, Person.objects.count()) == (None, people)
    page = signed_in(olga).get(f"/messages/threads/{forged.thread_id}/").content.decode()
    assert "does not come from where it says" in page
    assert Message.objects.get(pk=first.pk).proof == "none"
