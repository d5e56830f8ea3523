"""Facebook Messenger and Instagram: private messages, and public comments with their answers."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from regulars.messaging.engine.providers.approved import Standing
from regulars.messaging.engine.providers.meta import (
    SHARED_SETTINGS,
    accepted,
    ask_name,
    ask_standing,
    graph,
    handshake,
    is_metas,
    sign_in,
)
from regulars.messaging.engine.providers.reading import inside, moment, objects, text_of
from regulars.messaging.engine.providers.values import (
    DELIVERED,
    Answer,
    Asking,
    Call,
    Capabilities,
    DeliveryEvent,
    Fetching,
    Heard,
    IncomingText,
    NotAccepted,
    OutgoingText,
    RemoteFile,
    Setting,
    TryLater,
    Webhook,
    WindowClosed,
    json_object,
    one_by_one,
    post_json,
)

WINDOW, HUMAN_WINDOW = 24 * 3600, 7 * 24 * 3600
COMMENT = "comment:"


class Messenger:
    """A Facebook page's messages and the comments under its posts."""

    kind = "messenger"
    label = "Facebook Messenger"
    object_name = "page"
    answers_edge = "comments"
    capabilities = Capabilities(
        2_000, has_files=True, largest_file=25_000_000, window_hours=7 * 24, is_public=True, tells_delivery=True,
        tells_reading=True, medium="messenger",
    )  # fmt: skip
    settings = (Setting("page_id", "Page id"), *SHARED_SETTINGS)

    def send(self, settings: Mapping[str, str], text: OutgoingText) -> Asking:
        """Answer a comment in public, or privately within the window; the first id stands for all."""
        if text.is_public:
            comment = text.answers.removeprefix(COMMENT)
            call = post_json(
                graph(settings, comment, self.answers_edge), {"message": text.text}, sign_in(settings)
            )
            return COMMENT + text_of(accepted((yield call)), "id")
        recipient, way = _way(text)
        place = graph(settings, settings["page_id"], "messages")
        calls = [
            post_json(place, {"recipient": recipient, **way, "message": said}, sign_in(settings))
            for said in _parts(text)
        ]
        return (yield from one_by_one(calls, lambda answer: text_of(accepted(answer), "message_id")))

    def fetch(self, settings: Mapping[str, str], file: RemoteFile) -> Fetching:
        """Bring a file by its signed link, which needs no token of ours."""
        if not is_metas(settings, file.key):
            raise NotAccepted("The file does not lie with Meta.")
        answer = yield Call("GET", file.key, largest_answer=100_000_000)
        if not answer.is_fine:
            raise TryLater(f"The file could not be fetched ({answer.status}).")
        return answer.body

    def hear(self, settings: Mapping[str, str], hook: Webhook) -> Heard:
        """Read messages, comments and what became of ours; what the page itself wrote elsewhere comes as an echo."""
        answered = handshake(settings, hook)
        if answered is not None:
            return answered
        said = json_object(hook.body)
        entries = list(objects(said.get("entry"))) if said.get("object") == self.object_name else []
        ours = [one for one in entries if text_of(one, "id") == settings.get("page_id")]
        texts = [found for one in ours for found in (*self._messages(one), *self._comments(one))]
        events = [event for one in ours for event in _deliveries(one)]
        return Heard(tuple(texts), tuple(events), left_out=len(entries) - len(ours))

    def check(self, settings: Mapping[str, str]) -> Asking:
        """Ask for the page's name."""
        return (yield from ask_name(settings, settings["page_id"], "name"))

    def standing(self, settings: Mapping[str, str]) -> Generator[Call, Answer, Standing]:
        """Ask until when the token holds."""
        return (yield from ask_standing(settings, "pages_messaging"))

    def _messages(self, entry: dict[str, Any]) -> list[IncomingText]:
        found = []
        for one in objects(entry.get("messaging")):
            message = inside(one, "message")
            is_text = text_of(message, "mid") and message.get("is_deleted") is not True
            if is_text:
                found.append(_message(one, message))
        return found

    def _comments(self, entry: dict[str, Any]) -> list[IncomingText]:
        page = text_of(entry, "id")
        return [
            _facebook_comment(value, page)
            for change in objects(entry.get("changes"))
            if change.get("field") == "feed"
            and text_of(value := inside(change, "value"), "item") == "comment"
            and text_of(value, "verb") == "add"
            and text_of(value, "comment_id")
        ]


class Instagram(Messenger):
    """An Instagram business account's messages and the comments under its pictures."""

    kind = "instagram"
    label = "Instagram"
    object_name = "instagram"
    answers_edge = "replies"
    capabilities = Capabilities(
        1_000, has_files=True, largest_file=8_000_000, window_hours=7 * 24, is_public=True, tells_reading=True,
        medium="instagram",
    )  # fmt: skip
    settings = (Setting("page_id", "Instagram account id"), *SHARED_SETTINGS)

    def check(self, settings: Mapping[str, str]) -> Asking:
        """Ask for the account's name."""
        return (yield from ask_name(settings, settings["page_id"], "username"))

    def _comments(self, entry: dict[str, Any]) -> list[IncomingText]:
        account = text_of(entry, "id")
        return [
            _instagram_comment(value, account, entry)
            for change in objects(entry.get("changes"))
            if change.get("field") in ("comments", "live_comments")
            and text_of(value := inside(change, "value"), "id")
        ]


def _way(text: OutgoingText) -> tuple[dict[str, str], dict[str, str]]:
    """Return whom a private message goes to and under which rule; a comment may be answered privately once."""
    if text.answers.startswith(COMMENT) and not text.to:
        return {"comment_id": text.answers.removeprefix(COMMENT)}, {}
    since = HUMAN_WINDOW + 1 if text.since_theirs is None else text.since_theirs
    if since > HUMAN_WINDOW:
        raise WindowClosed(
            "More than seven days have passed since they wrote; they have to write first.", "window"
        )
    if since > WINDOW:
        return {"id": text.to}, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"id": text.to}, {"messaging_type": "RESPONSE"}


def _parts(text: OutgoingText) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": text.text}] if text.text else []
    return [
        *parts, *({"attachment": {"type": "file", "payload": {"url": link, "is_reusable": False}}} for link in text.file_links),
    ]  # fmt: skip


def _message(said: dict[str, Any], message: dict[str, Any]) -> IncomingText:
    is_echo = message.get("is_echo") is True
    other = "recipient" if is_echo else "sender"
    files = [
        RemoteFile(link, "", "")
        for one in objects(message.get("attachments"))
        if (link := text_of(one, "payload", "url")).startswith(("https://", "http://"))
    ]
    return IncomingText(
        key=text_of(message, "mid"),
        sender=text_of(said, other, "id"),
        text=text_of(message, "text"),
        sent_at=moment(said.get("timestamp")),
        files=tuple(files),
        answers=text_of(message, "reply_to", "mid"),
        is_echo=is_echo,
    )


def _facebook_comment(value: dict[str, Any], page: str) -> IncomingText:
    parent, post = text_of(value, "parent_id"), text_of(value, "post_id")
    return IncomingText(
        key=COMMENT + text_of(value, "comment_id"),
        sender=text_of(value, "from", "id"),
        text=text_of(value, "message"),
        sent_at=moment(value.get("created_time")),
        sender_name=text_of(value, "from", "name"),
        answers=COMMENT + parent if parent and parent != post else "",
        place=post,
        is_public=True,
        is_echo=text_of(value, "from", "id") == page,
    )


def _instagram_comment(value: dict[str, Any], account: str, entry: dict[str, Any]) -> IncomingText:
    parent = text_of(value, "parent_id")
    return IncomingText(
        key=COMMENT + text_of(value, "id"),
        sender=text_of(value, "from", "id"),
        text=text_of(value, "text"),
        sent_at=moment(entry.get("time")),
        username=text_of(value, "from", "username"),
        answers=COMMENT + parent if parent else "",
        place=text_of(value, "media", "id"),
        is_public=True,
        is_echo=text_of(value, "from", "id") == account,
    )


def _deliveries(entry: dict[str, Any]) -> list[DeliveryEvent]:
    found = []
    for one in objects(entry.get("messaging")):
        told = inside(one, "delivery", "mids")
        at = moment(inside(one, "delivery", "watermark"))
        if isinstance(told, list):
            found += [DeliveryEvent(key, DELIVERED, at) for key in told if isinstance(key, str)]
    return found
