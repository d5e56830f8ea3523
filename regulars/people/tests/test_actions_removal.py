from datetime import UTC, datetime, timedelta

import pytest

from regulars.kit.actor import Actor
from regulars.kit.refused import NotThere
from regulars.people.actions import (
    AlreadyErased,
    FileTooLarge,
    IdentityTaken,
    add_memo,
    add_tie,
    attach_file,
    change_person,
    create_person,
    create_task,
    delete_person,
    read_file,
    remove_file,
    restore_file,
    restore_person,
    write_note,
)
from regulars.people.actions.removal import erase_deleted
from regulars.people.models import Attachment, Identity, Person, SearchDoc
from regulars.team.models import Member
from tests.cast import a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def test_a_deleted_person_is_nowhere_and_their_address_is_free(by_olga: Actor, olga: Member) -> None:
    ada = create_person({"name": "Ada", "email": "ada@aalto.example"}, by=by_olga, at=AT)

    delete_person(ada, by=by_olga, at=AT)

    assert not Person.objects.visible_to(olga).exists()
    assert not SearchDoc.objects.exists()
    create_person({"name": "New Ada", "email": "ada@aalto.example"}, by=by_olga, at=AT)
    with pytest.raises(NotThere):
        change_person(ada, city="Turku", by=by_olga, at=AT)


def test_a_person_comes_back_with_what_they_had(by_olga: Actor) -> None:
    ada = create_person(
        {"name": "Ada", "emails": ["ada@aalto.example", "ada@work.example"], "phone": "+358401234567"},
        by=by_olga,
        at=AT,
    )
    old = ada.identities.get(value="ada@work.example")
    Identity.objects.filter(pk=old.pk).update(ended_at=AT - timedelta(days=1))
    delete_person(ada, by=by_olga, at=AT + timedelta(hours=1))

    restore_person(ada, by=by_olga, at=AT + timedelta(hours=2))

    live = ada.identities.filter(ended_at=None)
    assert sorted(live.values_list("value", "is_primary")) == [
        ("+358401234567", True),
        ("ada@aalto.example", True),
    ]
    assert SearchDoc.objects.filter(subject_id=ada.pk).exists()


def test_coming_back_is_refused_while_somebody_has_the_address(by_olga: Actor) -> None:
    ada = create_person(
        {"name": "Ada", "email": "ada@aalto.example", "phone": "+358401234567"}, by=by_olga, at=AT
    )
    delete_person(ada, by=by_olga, at=AT)
    create_person({"name": "New Ada", "email": "ada@aalto.example"}, by=by_olga, at=AT)

    with pytest.raises(IdentityTaken):
        restore_person(ada, by=by_olga, at=AT)

    restore_person(ada, by=by_olga, at=AT, leave_taken=True)
    assert list(ada.identities.filter(ended_at=None).values_list("value", flat=True)) == ["+358401234567"]


def test_after_thirty_days_nothing_personal_is_left(by_olga: Actor, olga: Member) -> None:
    ada, bob = create_person(
        {"name": "Ada Lovelace", "email": "ada@aalto.example", "country": "FI", "tags": ["VIP"], "companies": ["Aalto"]},
        by=by_olga, at=AT,
    ), a_person("Bob")  # fmt: skip
    write_note(ada, "Secret of Ada @Olga", by=by_olga, at=AT)
    add_memo(ada, "has a dog", by=by_olga, at=AT)
    add_tie(bob, ada, kind="friend", by=by_olga, at=AT)
    create_task({"title": "Call Ada"}, about=ada, by=by_olga, at=AT)
    attach_file(ada, name="ada.txt", content=b"Ada", by=by_olga, at=AT)
    delete_person(ada, by=by_olga, at=AT)

    assert erase_deleted(at=AT + timedelta(days=29)) == 0
    assert erase_deleted(at=AT + timedelta(days=31)) == 1
    assert erase_deleted(at=AT + timedelta(days=32)) == 0

    ada.refresh_from_db()
    assert (ada.name, ada.first_name, ada.custom, ada.tag_ids, ada.country) == ("", "", {}, [], "FI")
    for beside in (
        ada.identities, ada.notes, ada.memos, ada.tasks, ada.attachments, ada.affiliations, ada.person_tags, ada.ties_back
    ):  # fmt: skip
        assert not beside.exists()
    with pytest.raises(AlreadyErased):
        restore_person(ada, by=by_olga, at=AT)


def test_small_files_lie_in_the_database_and_large_ones_beside_it(
    by_olga: Actor, settings: object, tmp_path: object
) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    ada, large = a_person("Ada"), b"%PDF-" + b"x" * 1_000_001

    small = attach_file(ada, name="C:\\docs\\hello.html", content=b"<script>", by=by_olga, at=AT)
    big = attach_file(ada, name="scan.pdf", content=large, by=by_olga, at=AT)

    assert (small.name, small.content_type, bytes(small.content or b""), small.path) == (
        "hello.html", "text/plain", b"<script>", "",
    )  # fmt: skip
    assert (big.content, big.content_type, read_file(Attachment.objects.get(pk=big.pk))) == (
        None, "application/pdf", large,
    )  # fmt: skip
    remove_file(big, by=by_olga, at=AT)
    assert restore_file(big, by=by_olga, at=AT).deleted_at is None


def test_a_file_too_large_is_refused(by_olga: Actor) -> None:
    with pytest.raises(FileTooLarge):
        attach_file(a_person("Ada"), name="x", content=b"x" * 25_000_001, by=by_olga, at=AT)
