"""Telegram's Bot API; its webhooks bear the secret that was given with setWebhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from regulars.messaging.engine.providers.reading import inside, is_same, moment, objects, text_of
from regulars.messaging.engine.providers.values import (
    AccessEnded,
    Answer,
    Asking,
    Call,
    Capabilities,
    Fetching,
    Forged,
    Heard,
    IncomingText,
    NotAccepted,
    OutgoingText,
    RemoteFile,
    Setting,
    TryLater,
    Webhook,
    json_object,
    one_by_one,
    post_json,
)

FILES = ("document", "audio", "video", "voice", "animation", "video_note", "sticker")
MARK = "x-telegram-bot-api-secret-token"


class Telegram:
    """A bot that people write to."""

    kind = "telegram"
    label = "Telegram"
    capabilities = Capabilities(4_096, has_files=True, largest_file=20_000_000, medium="telegram")
    settings = (
        Setting("token", "Bot token", is_secret=True),
        Setting("secret", "Secret of the webhook", is_secret=True),
        Setting("host", "API host", is_required=False),
    )

    def send(self, settings: Mapping[str, str], text: OutgoingText) -> Asking:
        """Send a text, then each file by its link; the first part's number stands for all."""
        parts: list[tuple[str, dict[str, Any]]] = [("sendMessage", {"text": text.text})] if text.text else []
        parts += [("sendDocument", {"document": link}) for link in text.file_links]
        whole = {"chat_id": text.to, **_answering(text.answers)}
        calls = [post_json(_url(settings, method), {**whole, **said}) for method, said in parts]
        return (
            yield from one_by_one(
                calls, lambda answer: f"{text.to}:{text_of(_accepted(answer), 'message_id')}"
            )
        )

    def fetch(self, settings: Mapping[str, str], file: RemoteFile) -> Fetching:
        """Ask where a file lies, then bring it."""
        answer = yield post_json(_url(settings, "getFile"), {"file_id": file.key})
        path = text_of(_accepted(answer), "file_path")
        if not path or ".." in path:
            raise NotAccepted("Telegram does not say where the file is.")
        place = f"{_host(settings)}/file/bot{settings['token']}/{quote(path)}"
        answer = yield Call("GET", place, largest_answer=20_000_000)
        if not answer.is_fine:
            raise TryLater(f"The file could not be fetched ({answer.status}).")
        return answer.body

    def hear(self, settings: Mapping[str, str], hook: Webhook) -> Heard:
        """Read one update."""
        if not is_same(settings.get("secret", ""), hook.headers.get(MARK, "")):
            raise Forged
        said = inside(json_object(hook.body), "message")
        chat = text_of(said, "chat", "id")
        if not chat or text_of(said, "chat", "type") != "private" or inside(said, "from", "is_bot") is True:
            return Heard(left_out=1)
        return Heard(texts=(_text(said, chat),))

    def check(self, settings: Mapping[str, str]) -> Asking:
        """Ask who the bot is."""
        answer = yield post_json(_url(settings, "getMe"), {})
        return "@" + text_of(_accepted(answer), "username")


def _answering(key: str) -> dict[str, Any]:
    number = key.rpartition(":")[2]
    if not number.isdecimal():
        return {}
    return {"reply_parameters": {"message_id": int(number), "allow_sending_without_reply": True}}


def _host(settings: Mapping[str, str]) -> str:
    return (settings.get("host") or "https://api.telegram.org").rstrip("/")


def _url(settings: Mapping[str, str], method: str) -> str:
    return f"{_host(settings)}/bot{settings['token']}/{method}"


def _accepted(answer: Answer) -> Any:
    said = answer.json()
    if answer.is_fine and said.get("ok") is True:
        return said.get("result")
    words = text_of(said, "description") or f"Telegram answered {answer.status}."
    code = text_of(said, "error_code") or str(answer.status)
    if code == "429" or answer.status >= 500:
        wait = text_of(said, "parameters", "retry_after")
        raise TryLater(words, int(wait) if wait.isdecimal() else answer.retry_after)
    if code in ("401", "404"):
        raise AccessEnded(words)
    # 403: the person blocked the bot, or never spoke with it.
    raise NotAccepted(words, code, blocks=code == "403")


def _text(said: Any, chat: str) -> IncomingText:
    person = inside(said, "from")
    name = " ".join(filter(None, (text_of(person, "first_name"), text_of(person, "last_name"))))
    answered = text_of(said, "reply_to_message", "message_id")
    return IncomingText(
        key=f"{chat}:{text_of(said, 'message_id')}",
        sender=chat,
        text=text_of(said, "text") or text_of(said, "caption"),
        sent_at=moment(inside(said, "date")),
        sender_name=name,
        username=text_of(person, "username"),
        language=text_of(person, "language_code"),
        files=tuple(_files(said)),
        answers=f"{chat}:{answered}" if answered else "",
    )


def _files(said: Any) -> list[RemoteFile]:
    photos = [one for one in objects(inside(said, "photo")) if text_of(one, "file_id")]
    found = [RemoteFile(text_of(photos[-1], "file_id"), "photo.jpg", "image/jpeg")] if photos else []
    for name in FILES:
        file = inside(said, name)
        if text_of(file, "file_id"):
            found.append(
                RemoteFile(text_of(file, "file_id"), text_of(file, "file_name"), text_of(file, "mime_type"))
            )
    return found
