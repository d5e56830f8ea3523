"""WhatsApp Cloud API: texts, approved templates, files, and the 24-hour window."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlencode

from regulars.messaging.engine.providers.approved import ApprovedTemplate, Standing, read_template
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
    FAILED,
    READ,
    SENT,
    Answer,
    Asking,
    Call,
    Capabilities,
    DeliveryEvent,
    Fetching,
    Filling,
    Heard,
    IncomingText,
    NotAccepted,
    OutgoingText,
    RemoteFile,
    Setting,
    Template,
    TryLater,
    Webhook,
    WindowClosed,
    json_object,
    one_by_one,
    post_json,
)

STATES = {"sent": SENT, "delivered": DELIVERED, "read": READ, "failed": FAILED}
FILES = ("image", "document", "audio", "video", "sticker")
WINDOW_HOURS = 24
FIELDS = "id,name,language,status,category,parameter_format,components"
PAGE_SIZE, MOST_PAGES = 100, 200


class WhatsApp:
    """Texts by WhatsApp to a telephone number."""

    kind = "whatsapp"
    label = "WhatsApp"
    capabilities = Capabilities(
        4_096, has_files=True, largest_file=16_000_000, window_hours=WINDOW_HOURS, has_templates=True,
        tells_delivery=True, tells_reading=True,
        medium="whatsapp",
    )  # fmt: skip
    settings = (
        Setting("number_id", "Phone number id"),
        Setting("business_id", "Business account id, for templates", is_required=False),
        *SHARED_SETTINGS,
    )

    def send(self, settings: Mapping[str, str], text: OutgoingText) -> Asking:
        """Send a template, or inside the window a text and its files; the first id stands for all."""
        if text.template is None and (text.since_theirs is None or text.since_theirs > WINDOW_HOURS * 3600):
            raise WindowClosed(
                "More than 24 hours have passed since they wrote: choose a template.", "window"
            )
        whole = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": text.to.lstrip("+")}
        context = {"context": {"message_id": text.answers}} if text.answers else {}
        place = graph(settings, settings["number_id"], "messages")
        calls = [post_json(place, {**whole, **context, **said}, sign_in(settings)) for said in _parts(text)]
        return (yield from one_by_one(calls, _key))

    def fetch(self, settings: Mapping[str, str], file: RemoteFile) -> Fetching:
        """Ask for a file's link, which lives five minutes, then bring it."""
        answer = yield Call("GET", graph(settings, file.key), sign_in(settings))
        link = text_of(accepted(answer), "url")
        if not is_metas(settings, link):
            raise NotAccepted("WhatsApp does not say where the file is.")
        answer = yield Call("GET", link, sign_in(settings), largest_answer=100_000_000)
        if not answer.is_fine:
            raise TryLater(f"The file could not be fetched ({answer.status}).")
        return answer.body

    def hear(self, settings: Mapping[str, str], hook: Webhook) -> Heard:
        """Read texts and what became of ours; those of other numbers of the account are left out."""
        answered = handshake(settings, hook)
        if answered is not None:
            return answered
        texts: list[IncomingText] = []
        events: list[DeliveryEvent] = []
        left_out = 0
        for value in _values(json_object(hook.body)):
            if text_of(value, "metadata", "phone_number_id") != settings.get("number_id"):
                left_out += 1
                continue
            names = {
                text_of(one, "wa_id"): text_of(one, "profile", "name")
                for one in objects(value.get("contacts"))
            }
            texts += [_text(one, names) for one in objects(value.get("messages")) if _is_text(one)]
            events += [found for one in objects(value.get("statuses")) if (found := _event(one)) is not None]
        return Heard(tuple(texts), tuple(events), left_out=left_out)

    def check(self, settings: Mapping[str, str]) -> Asking:
        """Ask for the number's name."""
        return (yield from ask_name(settings, settings["number_id"], "verified_name"))

    def standing(self, settings: Mapping[str, str]) -> Generator[Call, Answer, Standing]:
        """Ask until when the token holds, and for which business accounts."""
        return (yield from ask_standing(settings, "whatsapp_business_management"))

    def approved(self, settings: Mapping[str, str]) -> Generator[Call, Answer, tuple[ApprovedTemplate, ...]]:
        """Return every template of the business account (GET /ACCOUNT/message_templates), page by page."""
        account = settings.get("business_id") or (yield from self._account(settings))
        place, after, found = graph(settings, account, "message_templates"), "", []
        for _page in range(MOST_PAGES):
            query = urlencode(
                {"fields": FIELDS, "limit": PAGE_SIZE} | ({"after": after} if after else {}), safe=","
            )
            said = accepted(
                (yield Call("GET", f"{place}?{query}", sign_in(settings), largest_answer=8_000_000))
            )
            found += [one for raw in objects(said.get("data")) if (one := read_template(raw)) is not None]
            before, after = after, text_of(said, "paging", "cursors", "after")
            # The link to the next page is not followed: it is told whether there is one, and our token goes where we say.
            if not text_of(said, "paging", "next") or after in ("", before):
                return tuple(found)
        raise NotAccepted("WhatsApp tells of more templates than can be.")

    def _account(self, settings: Mapping[str, str]) -> Generator[Call, Answer, str]:
        standing = yield from self.standing(settings)
        if len(standing.accounts) != 1:
            raise NotAccepted("Enter the business account id: the token does not say which one it is for.")
        return standing.accounts[0]


def _key(answer: Answer) -> str:
    sent: dict[str, Any] = next(objects(accepted(answer).get("messages")), {})
    return text_of(sent, "id")


def _values(said: dict[str, Any]) -> list[dict[str, Any]]:
    if said.get("object") != "whatsapp_business_account":
        return []
    return [
        value
        for entry in objects(said.get("entry"))
        for change in objects(entry.get("changes"))
        if isinstance(value := change.get("value"), dict)
    ]


def _parts(text: OutgoingText) -> list[dict[str, Any]]:
    if text.template is not None:
        return [_template(text.template)]
    parts: list[dict[str, Any]] = (
        [{"type": "text", "text": {"body": text.text, "preview_url": False}}] if text.text else []
    )
    return [*parts, *({"type": "document", "document": {"link": link}} for link in text.file_links)]


def _template(template: Template) -> dict[str, Any]:
    said: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    places = dict.fromkeys(one.place for one in template.fillings)
    if places:
        said["components"] = [_component(place, template.fillings) for place in places]
    return {"type": "template", "template": said}


def _component(place: str, fillings: tuple[Filling, ...]) -> dict[str, Any]:
    kind, _colon, number = place.partition(":")
    gaps = [
        {"type": "text", **({"parameter_name": one.name} if one.name else {}), "text": one.text}
        for one in fillings
        if one.place == place
    ]
    button = {"sub_type": "url", "index": number} if kind == "button" else {}
    return {"type": kind, **button, "parameters": gaps}


def _is_text(said: dict[str, Any]) -> bool:
    # Reactions and notices about a changed number are no texts.
    return bool(text_of(said, "id") and text_of(said, "from")) and said.get("type") not in (
        "reaction",
        "system",
        "unsupported",
    )


def _text(said: dict[str, Any], names: Mapping[str, str]) -> IncomingText:
    sender = text_of(said, "from")
    return IncomingText(
        key=text_of(said, "id"),
        sender=f"+{sender}",
        text=_words(said),
        sent_at=moment(said.get("timestamp")),
        sender_name=names.get(sender, ""),
        files=tuple(_files(said)),
        answers=text_of(said, "context", "id"),
    )


def _words(said: dict[str, Any]) -> str:
    places = (
        ("text", "body"), ("image", "caption"), ("video", "caption"), ("document", "caption"), ("button", "text"),
        ("interactive", "button_reply", "title"), ("interactive", "list_reply", "title"),
    )  # fmt: skip
    for place in places:
        if words := text_of(said, *place):
            return words
    north, east = text_of(said, "location", "latitude"), text_of(said, "location", "longitude")
    if north and east:
        return " ".join(filter(None, (text_of(said, "location", "name"), f"geo:{north},{east}")))
    return ", ".join(
        filter(None, (text_of(one, "name", "formatted_name") for one in objects(said.get("contacts"))))
    )


def _files(said: dict[str, Any]) -> list[RemoteFile]:
    return [
        RemoteFile(text_of(file, "id"), text_of(file, "filename"), text_of(file, "mime_type"))
        for name in FILES
        if text_of(file := inside(said, name), "id")
    ]


def _event(said: dict[str, Any]) -> DeliveryEvent | None:
    state = STATES.get(text_of(said, "status"))
    if state is None or not text_of(said, "id"):
        return None
    error: dict[str, Any] = next(objects(said.get("errors")), {})
    code = text_of(error, "code")
    words = text_of(error, "error_data", "details") or text_of(error, "title")
    return DeliveryEvent(
        text_of(said, "id"), state, moment(said.get("timestamp")), words, code, blocks=code == "131050"
    )
