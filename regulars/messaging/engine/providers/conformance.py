"""The conformance kit: what every provider of texts must do, built in or plugged in, checked with the provider's own examples.

A plug-in's test is `check_provider(MyProvider(), Examples(…))`; what is wrong is said in an AssertionError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regulars.messaging.engine.providers.values import (
    AccessEnded,
    Answer,
    Asking,
    Call,
    Forged,
    Heard,
    NotAccepted,
    OutgoingText,
    Provider,
    TryLater,
    Webhook,
    WindowClosed,
)

ODD: tuple[Any, ...] = (None, True, 0, -1, 1e300, "", "\x00", [], {}, [None], [[]], {"a": []}, "9" * 40)


@dataclass(frozen=True)
class Examples:
    """What a provider's documentation shows: `sign` makes a webhook of a body as the provider would."""

    settings: Mapping[str, str]
    sign: Callable[[bytes], Webhook]
    text: bytes
    key: str
    sender: str
    words: str
    accepted: Sequence[Answer]
    sent_key: str
    outgoing: OutgoingText
    refused: Answer
    access_ended: Answer
    blocked: Answer | None = None
    window_closed: Answer | None = None
    event: bytes = b""
    event_key: str = ""
    event_state: str = ""


def check_provider(provider: Provider, examples: Examples) -> None:
    """Check a provider against its examples; raises AssertionError that says what is wrong."""
    _check_words(provider, examples)
    _check_hearing(provider, examples)
    _check_forgeries(provider, examples)
    _check_oddities(provider, examples)
    _check_sending(provider, examples)


def drive(asking: Asking, answers: Sequence[Answer]) -> tuple[str, list[Call]]:
    """Give a sender the answers one by one; return what it made of them and the calls it asked for."""
    calls: list[Call] = []
    told = iter(answers)
    try:
        call = next(asking)
        while True:
            calls.append(call)
            call = asking.send(next(told))
    except StopIteration as over:
        return str(over.value or ""), calls


def _check_words(provider: Provider, examples: Examples) -> None:
    names = [one.name for one in provider.settings]
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,19}", provider.kind), (
        "The kind has to be a short word in lower case."
    )
    assert provider.label, "The label is missing."
    assert len(set(names)) == len(names), "Two settings have one name."
    assert provider.capabilities.longest_text > 0, "The longest text is missing."
    needed = {one.name for one in provider.settings if one.is_required}
    assert needed <= examples.settings.keys(), (
        f"The examples lack {sorted(needed - examples.settings.keys())}."
    )


def _check_hearing(provider: Provider, examples: Examples) -> None:
    first, again = (provider.hear(examples.settings, examples.sign(examples.text)) for _time in range(2))
    assert first == again, "The same webhook twice has to tell the same."
    assert [one.key for one in first.texts] == [examples.key], f"The key of the text is wrong: {first.texts}"
    text = first.texts[0]
    assert (text.sender, text.text) == (examples.sender, examples.words), f"Sender or words are wrong: {text}"
    if examples.event:
        heard = provider.hear(examples.settings, examples.sign(examples.event))
        told = [(one.key, one.state) for one in heard.events]
        assert told == [(examples.event_key, examples.event_state)], (
            f"What became of our text is wrong: {told}"
        )
        assert not heard.texts, "A delivery is no text."


def _check_forgeries(provider: Provider, examples: Examples) -> None:
    hook = examples.sign(examples.text)
    empty = dict.fromkeys(examples.settings, "")
    forged = (
        (examples.settings, replace(hook, headers={})),
        (
            examples.settings,
            replace(hook, headers={name: value + "x" for name, value in hook.headers.items()}),
        ),
        (
            examples.settings,
            replace(hook, headers={name: "ÿ" + value for name, value in hook.headers.items()}),
        ),
        (empty, hook),
        (empty, replace(hook, headers=dict.fromkeys(hook.headers, ""))),
    )
    for settings, one in forged:
        assert _is_refused(provider, settings, one), "A webhook without the right mark has to raise Forged."


def _is_refused(provider: Provider, settings: Mapping[str, str], hook: Webhook) -> bool:
    try:
        provider.hear(settings, hook)
    except Forged:
        return True
    return False


def _check_oddities(provider: Provider, examples: Examples) -> None:
    """Whatever bytes bear the right mark, nothing may be raised."""
    for body in (
        *_bent(examples.text),
        *_bent(examples.event),
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"[" * 5_000,
    ):
        heard = provider.hear(examples.settings, examples.sign(body))
        assert isinstance(heard, Heard), "Hearing has to return what was heard."
        for text in heard.texts:
            assert "\x00" not in text.text + text.sender + text.key, "No table keeps a zero character."


def _bent(body: bytes) -> Iterator[bytes]:
    yield from (body[: len(body) * part // 7] for part in range(7))
    try:
        whole = json.loads(body)
    except ValueError:
        return
    for path in _paths(whole):
        for odd in ODD:
            yield json.dumps(_replaced(whole, path, odd)).encode()


def _paths(said: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, child in children:
        yield (*above, name)
        yield from _paths(child, (*above, name))


def _replaced(said: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copy = said.copy()
    copy[path[0]] = _replaced(said[path[0]], path[1:], odd)
    return copy


def _check_sending(provider: Provider, examples: Examples) -> None:
    key, calls = drive(provider.send(examples.settings, examples.outgoing), examples.accepted)
    assert key == examples.sent_key, f"The provider's id of what was sent is wrong: {key!r}"
    assert all(call.url.startswith(("https://", "http://")) for call in calls), "Calls need whole addresses."
    _must_raise(provider, examples, Answer(429, b"{}", {"retry-after": "7"}), TryLater)
    _must_raise(provider, examples, Answer(503, b"<html>"), TryLater)
    _must_raise(provider, examples, examples.refused, NotAccepted)
    _must_raise(provider, examples, examples.access_ended, AccessEnded)
    if examples.blocked is not None:
        problem = _must_raise(provider, examples, examples.blocked, NotAccepted)
        assert getattr(problem, "blocks", False), "Somebody who wants no texts has to be told apart."
    if examples.window_closed is not None:
        _must_raise(provider, examples, examples.window_closed, WindowClosed)


def _must_raise(provider: Provider, examples: Examples, answer: Answer, kind: type[Exception]) -> Exception:
    try:
        drive(provider.send(examples.settings, examples.outgoing), [answer])
    except kind as problem:
        secrets = [examples.settings.get(one.name, "") for one in provider.settings if one.is_secret]
        told = [secret for secret in secrets if secret and secret in str(problem)]
        assert not told, "What went wrong must not show a secret."
        return problem
    raise AssertionError(f"An answer of {answer.status} has to raise {kind.__name__}.")
