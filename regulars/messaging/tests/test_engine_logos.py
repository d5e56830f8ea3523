"""Small pictures of signatures are told from what somebody meant to send."""

from __future__ import annotations

import pytest

from regulars.messaging.engine.letters import Attachment
from regulars.messaging.engine.logos import LARGEST, SMALL, apart, is_logo


def a_picture(
    name: str, size: int = 4_000, *, is_inline: bool = False, kind: str = "image/png"
) -> Attachment:
    return Attachment(name, kind, b"x" * size, is_inline=is_inline)


@pytest.mark.parametrize(
    "picture",
    [
        a_picture("image001.png"),
        a_picture("image002.jpg", SMALL, is_inline=True, kind="image/jpeg"),
        a_picture("Outlook-k3v0mz2x.png", LARGEST),
        a_picture("~WRD0001.jpg", kind="image/jpeg"),
        a_picture("facebook_24x24.png"),
        a_picture("linkedin-icon.png"),
        a_picture("logo.png"),
        a_picture("Firmenlogo-2024.gif", kind="image/gif"),
        a_picture("attachment-1.png", is_inline=True),
    ],
    ids=lambda one: f"{one.name}-{one.size}",
)
def test_a_picture_of_a_signature_is_known(picture: Attachment) -> None:
    assert is_logo(picture)


@pytest.mark.parametrize(
    "picture",
    [
        a_picture("image001.png", SMALL + 1, is_inline=True),
        a_picture("logo.png", SMALL + 1),
        a_picture("Outlook-k3v0mz2x.png", LARGEST + 1),
        a_picture("IMG_0042.jpg", is_inline=True, kind="image/jpeg"),
        a_picture("Screenshot 2026-03-02.png", is_inline=True),
        a_picture("broken-lid.png"),
        a_picture("facebook-quarrel.png"),
        a_picture("logo.pdf", kind="application/pdf"),
        a_picture("image001.png", kind="application/octet-stream"),
    ],
    ids=lambda one: f"{one.name}-{one.size}",
)
def test_what_somebody_meant_to_send_is_a_file(picture: Attachment) -> None:
    assert not is_logo(picture)


def test_nothing_is_lost_and_the_order_stays() -> None:
    files = [a_picture(name) for name in ("b.png", "image001.png", "a.png", "logo.gif")]

    named, logos = apart(files)

    assert [one.name for one in named] == ["b.png", "a.png"]
    assert [one.name for one in logos] == ["image001.png", "logo.gif"]
