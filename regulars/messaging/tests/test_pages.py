"""What pages show of mail, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.models import Arrival, Message, RawLetter, Thread
from regulars.people.actions import delete_person, erase_people
from regulars.people.models import Person
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HTML = f"""--b
Content-Type: text/html

<p onclick="steal()">Look <b>here</b> <img src="cid:cat"><img src="https://tracker.example/x.gif"><a href="javascript:x()">go</a></p>
<script>steal()</script>
--b
Content-Type: image/png; name=cat.png
Content-ID: <cat>
Content-Transfer-Encoding: base64

{PIXEL}
--b
Content-Type: text/html; name=page.html
Content-Disposition: attachment; filename="page.html"

<script>steal()</script>
--b--"""


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada", email="ada@example.com", team=north)


@pytest.fixture
def office(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def text(response: Any) -> str:
    return str(response.content.decode())


def a_rich_message() -> Message:
    found: Message = a_message(a_mail(HTML, Content_Type="multipart/mixed; boundary=b"))
    return found


def test_a_thread_shows_new_text_first_and_folds_history(office: Client, ada: Person) -> None:
    message = a_message(
        a_mail(
            "Yes, <please>.\n\n-- \nAda\n\nOn Mon, 2 Mar 2026 at 9:00, Mo <mo@example.com> wrote:\n> Shall I?"
        )
    )

    page = text(office.get(f"/messages/threads/{message.thread_id}/"))

    assert "Yes, &lt;please&gt;." in page
    assert page.index("Show history") < page.index("&gt; Shall I?")
    assert "letter-signature" in page
    assert f'href="/people/{ada.pk}/"' in page


def test_a_sender_without_a_name_is_called_as_the_person_is(office: Client, north: Team) -> None:
    a_person("Grace Hopper", email="grace@example.com", team=north)
    message = a_message(a_mail("Hello.", From="grace@example.com"))

    page = text(office.get(f"/messages/threads/{message.thread_id}/"))

    head = page.split('class="letter-head"')[1].split("letter-when")[0]
    assert "Grace Hopper" in head
    assert head.count(">grace@example.com<") == 1


def test_html_is_shown_in_a_frame_where_nothing_runs_and_nothing_is_fetched(
    office: Client, ada: Person
) -> None:
    message = a_rich_message()

    page, frame = (
        text(office.get(f"/messages/threads/{message.thread_id}/")),
        office.get(f"/messages/{message.pk}/frame/"),
    )
    body = text(frame)

    assert "1 picture of another server held back" in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "<b>here</b>" in body
    assert f"data:image/png;base64,{PIXEL}" in body
    assert not [word for word in ("steal", "javascript:", ' src="http', "onclick") if word in body]
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:;")
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "allow-scripts" not in policy + page


def test_a_file_is_a_download_whatever_it_says_it_is(office: Client, ada: Person) -> None:
    message = a_rich_message()
    file = message.files.get(name="page.html")

    answer = office.get(f"/messages/files/{file.pk}/")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"<script>" in answer.content


def test_a_message_leads_to_its_place_and_a_merged_thread_to_its_survivor(
    office: Client, ada: Person
) -> None:
    message, other = a_message(), a_message(a_mail("Another"))
    assert (
        office.get(f"/messages/{message.pk}/").url
        == f"/messages/threads/{message.thread_id}/#message-{message.pk}"
    )

    Thread.objects.filter(pk=message.thread_id).update(merged_into=other.thread)

    assert (
        office.get(f"/messages/threads/{message.thread_id}/").url == f"/messages/threads/{other.thread_id}/"
    )
    assert "Good morning." in text(office.get(f"/messages/threads/{other.thread_id}/"))


def test_who_may_see_the_person_may_see_the_mail(
    everybody: dict[str, Member], signed_in: SignIn, ada: Person
) -> None:
    message = a_rich_message()
    file = message.files.get(name="page.html")
    paths = [
        f"/messages/threads/{message.thread_id}/",
        f"/messages/{message.pk}/",
        f"/messages/{message.pk}/frame/",
        f"/messages/files/{file.pk}/",
    ]

    statuses = {
        role: {signed_in(who).get(path).status_code for path in paths} for role, who in everybody.items()
    }

    seen = {200, 302}
    assert statuses == {
        "owner": seen,
        "manager": seen,
        "agent": seen,
        "marketer": seen,
        "analyst": seen,
        "other agent": {404},
    }


def test_mail_of_nobody_known_is_for_owners_and_managers(
    everybody: dict[str, Member], signed_in: SignIn
) -> None:
    message = a_message(a_mail(from_="robot@shop.example", Auto_Submitted="auto-generated"))

    statuses = {
        role: signed_in(who).get(f"/messages/threads/{message.thread_id}/").status_code
        for role, who in everybody.items()
    }

    assert statuses == {
        "owner": 200,
        "manager": 200,
        "agent": 404,
        "marketer": 404,
        "analyst": 404,
        "other agent": 404,
    }


def test_a_thread_kept_apart_names_the_other_only_to_those_who_may_see_it(
    signed_in: SignIn, aino: Member, olga: Member, ada: Person, north: Team, south: Team
) -> None:
    Person.objects.filter(pk=ada.pk).update(team=south)
    a_person("Eve", email="eve@evil.example", team=north)
    a_message(a_mail(Subject="Secret beans", Message_ID="<1@x>"))
    apart = a_message(a_mail(from_="eve@evil.example", In_Reply_To="<1@x>"))

    pages = [text(signed_in(who).get(f"/messages/threads/{apart.thread_id}/")) for who in (olga, aino)]

    assert ["kept apart" in page for page in pages] == [True, True]
    assert ["Secret beans" in page for page in pages] == [True, False]


def test_the_timeline_of_a_person_leads_to_their_threads(office: Client, ada: Person) -> None:
    message = a_message(a_mail(Subject="Beans"))

    page = text(office.get(f"/people/{ada.pk}/"))

    assert f'href="/messages/threads/{message.thread_id}/"' in page


@pytest.mark.parametrize("path", ["/messages/threads/{thread}/", "/people/{person}/"])
def test_more_messages_cost_no_more_queries(
    office: Client, ada: Person, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is asked again by the clock is no matter of rows; on a slow machine its time would come between.
    monkeypatch.setattr("regulars.insights.queries.worth.REMEMBERED_SECONDS", 600.0)
    first = a_message(a_mail(Message_ID="<1@x>"))
    address = path.format(thread=first.thread_id, person=ada.pk)
    office.get(address)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            office.get(address)
        counts.append(len(queries))
        for _more in range(3):
            a_message(a_mail(In_Reply_To="<1@x>"))
            a_message(a_mail("Another thread"))

    assert counts[0] == counts[1]


def test_a_long_thread_is_shown_in_pieces(
    office: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.messaging.queries.story.AT_ONCE", 2)
    first = a_message(a_mail("Number 0", Message_ID="<1@x>"))
    for n in range(1, 4):
        a_message(a_mail(f"Number {n}", In_Reply_To="<1@x>"))
    address = f"/messages/threads/{first.thread_id}/"
    edge = Message.objects.get(text="Number 2").pk

    newest, earlier = text(office.get(address)), text(office.get(f"{address}?before={edge}"))

    assert [f"Number {n}" in newest for n in range(4)] == [False, False, True, True]
    assert f"?before={edge}" in newest
    assert [f"Number {n}" in earlier for n in range(4)] == [True, True, False, False]
    assert office.get(f"{address}?before=nonsense").status_code == 200


def test_what_was_put_aside_is_listed_tried_again_and_handed_out_raw(
    everybody: dict[str, Member], signed_in: SignIn
) -> None:
    raw = a_mail()
    message = a_message(raw)
    aside = Arrival.objects.create(
        channel=message.channel,
        raw=message.raw,
        arrived_at=now(),
        state="quarantined",
        reason="ValueError: odd\n\ntrace",
    )
    manager, agent = signed_in(everybody["manager"]), signed_in(everybody["agent"])

    page = text(manager.get("/settings/quarantine/"))
    assert "ValueError: odd" in page and "Try again" in page
    assert manager.get(f"/settings/quarantine/{aside.pk}/raw/").content == raw
    for path in ("/settings/quarantine/", f"/settings/quarantine/{aside.pk}/raw/"):
        assert agent.get(path).status_code == 403
    assert agent.post(f"/settings/quarantine/{aside.pk}/retry/").status_code == 403

    answer = manager.post(f"/settings/quarantine/{aside.pk}/retry/", headers={"HX-Request": "true"})

    assert "All mail was read" in text(answer)
    assert Arrival.objects.get(pk=aside.pk).state == "waiting"
    assert AuditEntry.objects.get(action="arrival.retried").member_id == everybody["manager"].pk
    assert manager.get(f"/settings/quarantine/{aside.pk}/raw/").status_code == 404


def test_mail_of_a_deleted_person_is_hidden_and_of_an_erased_one_forgotten(
    office: Client, ada: Person, by_olga: Actor
) -> None:
    raw = a_mail("My secret is oats", Subject="Secret")
    message = a_message(raw)
    delete_person(ada, by=by_olga, at=now())
    assert office.get(f"/messages/threads/{message.thread_id}/").status_code == 404

    erase_people([ada.pk], by=by_olga, at=now())
    hear_everything()

    message.refresh_from_db()
    assert (message.text, message.subject, message.sender_email, message.raw) == ("", "", "", None)
    assert message.thread.participants.count() == 0
    assert Arrival.objects.get().raw is None
    assert a_message(raw).pk == message.pk
    message.refresh_from_db()
    assert (message.text, message.raw) == ("", None)
    assert not RawLetter.objects.exists()


def test_small_pictures_of_a_signature_are_folded_apart_from_files(office: Client, ada: Person) -> None:
    parts = [("IMG_0042.png", "photo"), ("image001.png", "mark"), ("facebook_24x24.png", "net")]
    pictures = "".join(
        f"--b\nContent-Type: image/png; name={name}\nContent-ID: <{cid}>\nContent-Transfer-Encoding: base64\n\n{PIXEL}\n"
        for name, cid in parts
    )
    shown = "".join(f'<img src="cid:{cid}">' for _name, cid in parts)
    letter = f"--b\nContent-Type: text/html\n\n<p>Broken, see below.</p>{shown}\n{pictures}--b--"
    message = a_message(a_mail(letter, Content_Type="multipart/related; boundary=b"))

    hear_everything()

    for place in ("messages/threads", "inbox"):
        page = text(office.get(f"/{place}/{message.thread_id}/"))
        files, _summary, folded = page.partition("2 small pictures of the signature")
        assert "IMG_0042.png" in files
        assert "image001.png" not in files
        assert "image001.png" in folded
        assert "facebook_24x24.png" in folded
