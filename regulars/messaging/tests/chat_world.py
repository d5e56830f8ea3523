"""A website with a chat on it, and a browser that talks to it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import jwt
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import write_message
from regulars.messaging.actions.chat.answering import release_answers
from regulars.messaging.actions.chat.sites import add_chat_site, renew_identity_key
from regulars.messaging.engine.outgoing import OutgoingFile, OutgoingLetter
from regulars.messaging.models import ChatSite, Message, Thread
from regulars.team.models import Member

SHOP = "https://shop.example"
BY = Actor.clock("test")
_names, _ids = count(1), count(1)


def a_chat_site(**values: Any) -> ChatSite:
    """Set up a chat on the shop's website."""
    name = values.pop("name", f"Shop {next(_names)}")
    return add_chat_site(name, by=BY, at=now(), **{"origins": [SHOP], **values})


def a_vouching_site(**values: Any) -> tuple[ChatSite, str]:
    """Set up a chat whose business vouches for its visitors; return its identity key, too."""
    site = a_chat_site(**values)
    key = renew_identity_key(site, by=BY, at=now())
    site.refresh_from_db()
    return site, key


def proof(
    key: str, *, lasts: timedelta | None = timedelta(minutes=30), algorithm: str = "HS256", **claims: Any
) -> str:
    """Sign who somebody is, as the shop's server does."""
    end = {} if lasts is None else {"exp": int((now() + lasts).timestamp())}
    return jwt.encode({**end, **claims}, key if algorithm != "none" else "", algorithm=algorithm)


class Browser:
    """A visitor's browser on a page of the shop."""

    def __init__(self, site: ChatSite, *, origin: str = SHOP, address: str = "198.51.100.7") -> None:
        self.site, self.origin, self.address, self.token = site, origin, address, ""
        self.client = Client(REMOTE_ADDR=address)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        headers = {"Origin": self.origin} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        headers = {name: value for name, value in (headers | more.pop("headers", {})).items() if value}
        given: dict[str, Any] = {"headers": headers, **more}
        if body is not None:
            given |= {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"/chat/{self.site.public_key}/{path}", **given)

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("get", path, **more)

    def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.ask("post", path, body or {}, **more)

    def enter(self, **body: Any) -> dict[str, Any]:
        answer = self.post("session", body)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        self.token = found["token"]
        return found

    def say(self, text: str = "Hello", client_id: str = "", **more: Any) -> Any:
        if not self.token:
            self.enter()
        return self.post("message", {"text": text, "id": client_id or f"client-{next(_ids)}", **more})

    def lines(self, after: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"messages?after={after}").json()["lines"]
        return found

    @property
    def visitor(self) -> Any:
        from regulars.messaging.actions.chat.visiting import hashed
        from regulars.messaging.models import ChatVisitor

        return ChatVisitor.objects.get(secret_hash=hashed(self.token))


def answer(
    thread: Thread, site: ChatSite, member: Member, text: str = "Here it is.", *, at: datetime | None = None,
    release: bool = True, files: tuple[OutgoingFile, ...] = (),
) -> Message:  # fmt: skip
    """Answer in a chat as a member does, and let the time of undoing pass."""
    moment = at or now()
    by = Actor("member", member.pk, str(member), member_id=member.pk)
    message = write_message(thread, site.channel, OutgoingLetter(text=text, files=files), by=by, at=moment)
    if release:
        release_answers(at=moment + timedelta(seconds=11))
    return message
