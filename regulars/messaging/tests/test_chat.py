"""The website chat as a browser meets it: what is said, what comes back, and what stays closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.kit.clock import now
from regulars.messaging.actions import take_back
from regulars.messaging.actions.chat.rating import ask_how_it_was
from regulars.messaging.engine.outgoing import OutgoingFile
from regulars.messaging.models import ChatRating, ChatVisitor, Message, Sending
from regulars.messaging.tests.chat_world import BY, SHOP, Browser, a_chat_site, answer
from regulars.people.actions import delete_person, erase_people
from regulars.people.models import Person
from regulars.team.models import Member
from regulars.timeline.actions.hearing import hear_everything
from regulars.timeline.models import Touchpoint

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def browser(olga: Member) -> Browser:
    return Browser(a_chat_site())


def test_what_a_visitor_writes_is_a_message_of_their_thread_and_on_the_timeline(browser: Browser) -> None:
    browser.enter(page="https://shop.example/beans", title="Beans")

    first, second = browser.say("Do you have oats?").json(), browser.say("And rye?").json()

    one, two = Message.objects.order_by("pk")
    assert (first["id"], second["id"]) == (one.pk, two.pk)
    assert (one.text, one.direction, one.channel.kind, one.thread_id) == (
        "Do you have oats?",
        "in",
        "chat",
        two.thread_id,
    )
    assert one.thread.subject == "Do you have oats?"
    assert one.person == one.thread.person == browser.visitor.person
    assert browser.visitor.page == "https://shop.example/beans"
    kinds = Touchpoint.objects.filter(person=one.person, kind="message.received").values_list(
        "channel", flat=True
    )
    assert list(kinds) == ["chat", "chat"]


def test_a_browser_that_only_looks_leaves_no_person_and_no_thread(browser: Browser) -> None:
    assert browser.get("setup").status_code == 200
    assert not ChatVisitor.objects.exists()
    browser.enter()

    assert not Person.objects.exists()
    assert browser.visitor.thread is None


def test_the_same_message_sent_again_is_one_message(browser: Browser) -> None:
    answers = [browser.say("Once", client_id="abcdefgh-1").json()["id"] for _try in range(3)]

    assert len(set(answers)) == 1
    assert Message.objects.count() == 1
    assert Touchpoint.objects.filter(kind="message.received").count() == 1


def test_text_is_cleaned_of_what_cannot_be_seen_and_never_is_html(browser: Browser) -> None:
    browser.say("<b>Hi</b>\0\u202e there\r\n\r\n\r\n\r\n\r\nyou \N{FAMILY}")

    message = Message.objects.get()
    assert message.text == "<b>Hi</b> there\n\n\nyou \N{FAMILY}"
    assert message.html == ""
    assert browser.say("  \u200b ").status_code == 422
    assert browser.say("x" * 6000).status_code == 200
    assert len(Message.objects.latest("pk").text) == 5000


def test_an_answer_is_seen_when_its_time_to_be_taken_back_is_over_and_arrives_when_fetched(
    browser: Browser, aino: Member
) -> None:
    browser.say()
    thread = Message.objects.get().thread
    sent = answer(thread, browser.site, aino, release=False)
    assert [line["text"] for line in browser.lines()] == ["Hello"]

    from regulars.messaging.actions.chat.answering import release_answers

    release_answers(at=now() + timedelta(seconds=11))

    assert Sending.objects.get(message=sent).state == "sent"
    assert browser.get("messages").json()["unread"] == 1
    line = browser.lines()[-1]
    assert (line["text"], line["author"], line["is_mine"]) == ("Here it is.", "Aino", False)
    assert Sending.objects.get(message=sent).state == "delivered"
    assert Touchpoint.objects.filter(kind="message.sent").count() == 1
    browser.post("reading", {"until": line["number"]})
    assert browser.get("messages").json()["unread"] == 0


def test_an_answer_that_was_taken_back_is_never_seen(browser: Browser, aino: Member) -> None:
    from regulars.messaging.actions.chat.answering import release_answers

    browser.say()
    sent = answer(Message.objects.get().thread, browser.site, aino, "Wrong words", release=False)
    take_back(sent, by=BY, at=now())
    release_answers(at=now() + timedelta(minutes=1))

    assert [line["text"] for line in browser.lines()] == ["Hello"]


def test_a_gap_is_filled_in_order_however_long(
    browser: Browser, aino: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.messaging.queries.chat.AT_ONCE", 4)
    browser.say("number 0")
    thread = Message.objects.get().thread
    for n in range(1, 10):
        answer(thread, browser.site, aino, f"number {n}") if n % 2 else browser.say(f"number {n}")
    Message.objects.update(received_at=now() - timedelta(hours=1))
    Sending.objects.update(sent_at=now() - timedelta(hours=1))

    seen: dict[int, str] = {}
    for _round in range(4):
        news = browser.get(f"messages?after={max(seen, default=1)}").json()
        seen |= {line["number"]: line["text"] for line in news["lines"]}
    first = Message.objects.order_by("pk")[0]

    assert [seen[number] for number in sorted(seen) if number != first.pk] == [
        f"number {n}" for n in range(1, 10)
    ]
    older = browser.get(f"messages?before={max(seen)}").json()
    assert [line["text"] for line in older["lines"]] == [f"number {n}" for n in range(5, 9)]
    assert older["more"] is True


def test_what_came_lately_is_told_again_so_that_no_late_transaction_is_missed(browser: Browser) -> None:
    browser.say("early")
    browser.say("late")

    numbers = [line["text"] for line in browser.lines(after=Message.objects.latest("pk").pk)]

    assert numbers == ["early", "late"]


def test_one_visitor_sees_nothing_of_another(browser: Browser, aino: Member) -> None:
    browser.say("My secret is oats")
    answer(
        Message.objects.get().thread,
        browser.site,
        aino,
        files=(OutgoingFile("a.txt", "text/plain", b"secret"),),
    )
    file = Message.objects.latest("pk").files.get()
    other = Browser(browser.site)
    other.say("I am somebody else")
    elsewhere = Browser(a_chat_site())
    elsewhere.token = browser.token

    assert "oats" not in str(other.get("messages").json())
    assert other.get(f"files/{file.pk}").status_code == 404
    assert elsewhere.get("messages").json()["code"] == "unknown_visitor"
    assert browser.get(f"files/{file.pk}").content == b"secret"
    for token in ("", "rv_wrong", "x" * 300, f"rv_{browser.visitor.secret_hash}"):
        other.token = token
        assert other.get("messages").status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SHOP, 200),
        ("https://www.shop.example", 403),
        ("http://shop.example", 403),
        ("https://shop.example.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
def test_only_the_websites_named_may_use_a_chat(browser: Browser, origin: str, status: int) -> None:
    browser.origin = origin

    reply = browser.post("session")

    assert reply.status_code == status
    allowed = reply.headers.get("Access-Control-Allow-Origin")
    assert allowed == (SHOP if status == 200 else None)
    assert "Set-Cookie" not in reply.headers
    assert not reply.cookies
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_any_part_of_a_domain_may_be_named(olga: Member) -> None:
    browser = Browser(a_chat_site(origins="https://*.shop.example, http://localhost:3000"))

    statuses = []
    for origin in (
        "https://a.shop.example",
        "https://shop.example",
        "https://ashop.example",
        "http://localhost:3000",
    ):
        browser.origin = origin
        statuses.append(browser.get("setup").status_code)

    assert statuses == [200, 403, 403, 200]


def test_a_form_of_another_site_cannot_write_without_saying_where_it_stands(browser: Browser) -> None:
    browser.origin = ""

    assert browser.post("session").json()["code"] == "origin_refused"


def test_a_preflight_is_answered_without_doing_anything(browser: Browser) -> None:
    reply = browser.ask("options", "message")

    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert (
        Client()
        .options(f"/chat/{browser.site.public_key}/message", headers={"Origin": "https://evil.example"})
        .status_code
        == 403
    )


def test_a_chat_that_is_switched_off_is_not_there(browser: Browser) -> None:
    browser.enter()
    browser.site.is_active = False
    browser.site.save()

    assert browser.get("setup").json()["code"] == "no_such_chat"
    assert browser.say().status_code == 404


def test_who_writes_too_often_waits(browser: Browser) -> None:
    statuses = [browser.say(f"Spam {n}").status_code for n in range(25)]

    assert statuses[:20] == [200] * 20
    assert set(statuses[21:]) == {429}
    assert Message.objects.count() <= 21


def test_one_address_cannot_open_sessions_without_end(browser: Browser) -> None:
    statuses = [browser.post("session").status_code for _try in range(70)]

    assert 429 in statuses
    assert Browser(browser.site, address="203.0.113.99").post("session").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "status", "kind"),
    [
        ("cat.png", PNG, 200, "image/png"),
        ("cat.exe", PNG, 415, ""),
        ("cat.png", b"MZ\x90\0", 415, ""),
        ("cat.png", b"<svg onload=alert(1)>", 415, ""),
        ("page.txt", b"<!DOCTYPE html><script>alert(1)</script>", 415, ""),
        ("notes.txt", "Grüße".encode(), 200, "text/plain"),
        ("bill.pdf", b"%PDF-1.7 ...", 200, "application/pdf"),
        ("what.bin", b"\0\1\2\3", 415, ""),
        ("none.txt", b"", 415, ""),
    ],
)
def test_files_are_known_by_their_bytes(
    browser: Browser, name: str, content: bytes, status: int, kind: str
) -> None:
    browser.enter()
    file = SimpleUploadedFile(name, content, content_type="image/png")

    reply = browser.ask("post", "message", data={"id": "abcdefgh", "text": "", "file": [file]})

    assert reply.status_code == status, reply.content
    stored = [
        (one.name, one.content_type) for message in Message.objects.all() for one in message.files.all()
    ]
    assert stored == ([(name, kind)] if kind else [])


def test_a_file_is_handed_out_as_bytes_that_no_browser_opens(browser: Browser) -> None:
    browser.enter()
    browser.ask("post", "message", data={"id": "abcdefgh", "file": [SimpleUploadedFile("a.png", PNG)]})
    number = browser.lines()[0]["files"][0]["id"]

    reply = browser.get(f"files/{number}")

    assert reply.content == PNG
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Access-Control-Allow-Origin"] == SHOP


def test_too_much_is_refused_before_it_is_read(browser: Browser) -> None:
    browser.enter()
    big = SimpleUploadedFile("a.txt", b"a" * 11_000_000)

    assert browser.ask("post", "message", data={"id": "abcdefgh", "file": [big]}).status_code == 413
    assert browser.post("message", {"id": "abcdefgh", "text": "x" * 70_000}).status_code == 413
    many = [SimpleUploadedFile(f"{n}.txt", b"a") for n in range(6)]
    assert browser.ask("post", "message", data={"id": "abcdefgh", "file": many}).status_code == 413
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"text": 7, "id": ["a"]}', b"\xff\xfe", b"null"])
def test_nonsense_is_refused_and_breaks_nothing(browser: Browser, body: bytes) -> None:
    browser.enter()
    for path in ("message", "introduction", "rating", "reading", "typing", "transcript", "session"):
        reply = browser.ask("post", path, data=body, content_type="application/json")
        assert reply.status_code in (200, 401, 409, 422), (path, reply.content)
    assert browser.get("messages?after=nonsense&before=99999999999999999999").status_code == 200


def test_the_help_is_rated_once_when_asked(browser: Browser, aino: Member) -> None:
    browser.say()
    thread = Message.objects.get().thread
    assert ask_how_it_was(thread.pk, at=now()) == 0
    assert browser.post("rating", {"score": 5}).json()["code"] == "not_asked"
    sent = answer(thread, browser.site, aino)
    assert ask_how_it_was(thread.pk, at=now()) == 1
    assert browser.get("messages").json()["asked"] is True

    browser.post("rating", {"score": 3})
    browser.post("rating", {"score": 3})
    browser.post("rating", {"score": 4, "comment": "Quick"})
    # A face that was pressed before the words may come after them.
    browser.post("rating", {"score": 4, "done": True})

    rating = ChatRating.objects.get()
    assert (rating.score, rating.comment, rating.about) == (4, "Quick", sent)
    assert browser.get("messages").json()["asked"] is False
    assert browser.post("rating", {"score": 1}).json()["code"] == "not_asked"
    assert browser.post("rating", {"score": 9}).status_code == 409
    assert Touchpoint.objects.filter(kind="chat.rated").latest("pk").payload["score"] == 4


def test_an_erased_person_is_forgotten_by_the_chat(browser: Browser, by_olga: Any) -> None:
    browser.say("My secret is oats")
    person = browser.visitor.person
    delete_person(person, by=by_olga, at=now())
    erase_people([person.pk], by=by_olga, at=now())
    hear_everything()

    assert not ChatVisitor.objects.exists()
    assert Message.objects.get().text == ""
    assert browser.get("messages").json()["code"] == "unknown_visitor"


def test_whoever_writes_again_after_their_person_was_deleted_begins_anew(
    browser: Browser, by_olga: Any
) -> None:
    browser.say("First")
    old = browser.visitor
    delete_person(old.person, by=by_olga, at=now())

    browser.say("Second")

    assert browser.visitor.person != old.person
    assert browser.visitor.thread != old.thread


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("fi-FI", "Lähetä"),
        ("no", "Send"),
        ("nb", "Send"),
        ("hu", "Küldés"),
        ("lt", "Siųsti"),
        ("fr", "Send"),
        ("", "Send"),
    ],
)
def test_the_chat_speaks_the_visitors_language(browser: Browser, wanted: str, said: str) -> None:
    words = browser.get(f"setup?lang={wanted}").json()["words"]

    assert words["send"] == said


def test_the_business_may_say_it_in_its_own_words(olga: Member) -> None:
    browser = Browser(a_chat_site(texts={"fi": {"hello": "Moikka!"}}, language="fi"))

    hello = [
        browser.get(f"setup?lang={language}").json()["words"]["hello"] for language in ("fi", "fr", "en")
    ]

    assert hello == ["Moikka!", "Moikka!", "Hello! How can we help?"]
