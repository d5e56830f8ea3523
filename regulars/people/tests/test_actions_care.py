from datetime import UTC, datetime, timedelta

import pytest

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid, NotThere
from regulars.people.actions import (
    TooManyPinned,
    add_memo,
    add_preference,
    change_memo,
    change_note,
    change_task,
    create_task,
    delete_note,
    delete_task,
    finish_task,
    pin_note,
    remind_of_tasks,
    remove_memo,
    remove_preference,
    reopen_task,
    restore_note,
    restore_task,
    unpin_note,
    write_note,
)
from regulars.people.engine.markdown import to_html
from regulars.people.models import Mention, SearchDoc, Task
from regulars.team.models import AuditEntry, Member, Notice, Team
from regulars.timeline.models import Touchpoint
from tests.cast import a_company, a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def test_a_note_is_on_the_timeline_and_in_the_search(by_olga: Actor) -> None:
    ada = a_person("Ada")

    note = write_note(ada, "**Loves** Ethiopian beans\n\nand hates queues", by=by_olga, at=AT)

    touchpoint = Touchpoint.objects.get(person=ada)
    ada.refresh_from_db()
    assert (touchpoint.kind, touchpoint.label) == ("note.written", "Loves Ethiopian beans")
    assert (touchpoint.subject_type, touchpoint.subject_id) == ("note", note.pk)
    assert "'ethiopian':1" in str(SearchDoc.objects.get(subject_id=ada.pk).words)
    assert ada.last_touch_at == AT


def test_a_member_named_in_a_note_gets_one_notice(by_olga: Actor, aino: Member, north: Team) -> None:
    ada = a_person("Ada", team=north)

    note = write_note(ada, "@Aino please call her, @aino", by=by_olga, at=AT)
    change_note(note, "@Aino please call her today. ask@aino.example @Olga", by=by_olga, at=AT)

    assert list(Notice.objects.values_list("member__name", "text", "url")) == [
        ("Aino", "Olga mentioned you in a note about Ada", f"/people/{ada.pk}/")
    ]
    assert sorted(Mention.objects.values_list("member__name", flat=True)) == ["Aino", "Olga"]


def test_who_may_not_see_the_person_is_not_told_of_them(by_olga: Actor, sam: Member, north: Team) -> None:
    ada = a_person("Ada", team=north)

    write_note(ada, "@Sam look", by=by_olga, at=AT)

    assert not Notice.objects.exists()


def test_at_most_five_notes_are_pinned(by_olga: Actor) -> None:
    ada = a_person("Ada")
    notes = [write_note(ada, f"Note {n}", by=by_olga, at=AT) for n in range(6)]
    for note in notes[:5]:
        pin_note(note, by=by_olga, at=AT)

    with pytest.raises(TooManyPinned):
        pin_note(notes[5], by=by_olga, at=AT)

    unpin_note(notes[0], by=by_olga, at=AT)
    assert pin_note(notes[5], by=by_olga, at=AT).pinned_at == AT


def test_a_deleted_note_is_not_found_until_it_is_brought_back(by_olga: Actor) -> None:
    ada = a_person("Ada")
    note = write_note(ada, "Ethiopian beans", by=by_olga, at=AT)

    delete_note(note, by=by_olga, at=AT)
    assert "ethiopian" not in str(SearchDoc.objects.get(subject_id=ada.pk).words)
    with pytest.raises(NotThere):
        change_note(note, "Brazilian", by=by_olga, at=AT)

    restore_note(note, by=by_olga, at=AT)
    assert "ethiopian" in str(SearchDoc.objects.get(subject_id=ada.pk).words)


def test_notes_are_about_companies_as_well(by_olga: Actor) -> None:
    aalto = a_company("Aalto")

    note = write_note(aalto, "New roaster in spring", by=by_olga, at=AT)

    assert (note.company, note.person) == (aalto, None)
    assert Touchpoint.objects.get().company_id == aalto.pk


def test_an_empty_note_is_refused(by_olga: Actor) -> None:
    with pytest.raises(Invalid):
        write_note(a_person("Ada"), " \n ", by=by_olga, at=AT)


def test_markdown_never_carries_script_into_the_page() -> None:
    nasty = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![i](http://evil.example/x.png) **b**"

    html = to_html(nasty)

    assert "<img" not in html
    assert "javascript:" not in html.replace("[a](javascript:alert(1))", "")
    assert "<strong>b</strong>" in html
    assert to_html("[site](https://aalto.example)") == (
        '<p><a href="https://aalto.example" target="_blank" rel="noopener noreferrer nofollow">site</a></p>\n'
    )


def test_a_task_is_created_done_and_reopened(by_olga: Actor, olga: Member) -> None:
    ada = a_person("Ada")

    task = create_task({"title": "Call Ada", "due_at": "2026-11-05 14:00"}, about=ada, by=by_olga, at=AT)
    finish_task(task, by=by_olga, at=AT)
    finish_task(task, by=by_olga, at=AT)
    reopened = reopen_task(task, by=by_olga, at=AT)

    assert (task.assignee, reopened.done_at) == (olga, None)
    assert task.due_at == datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
    assert list(Touchpoint.objects.order_by("id").values_list("kind", flat=True)) == [
        "task.created", "task.done", "task.reopened",
    ]  # fmt: skip


def test_whoever_is_given_a_task_gets_a_notice(by_olga: Actor, aino: Member, max_: Member) -> None:
    task = create_task({"title": "Count cups", "assignee": aino.pk}, by=by_olga, at=AT)
    change_task(task, assignee=max_.pk, by=by_olga, at=AT)

    assert list(Notice.objects.order_by("id").values_list("member__name", "text")) == [
        ("Aino", "Olga gave you a task: Count cups"),
        ("Max", "Olga gave you a task: Count cups"),
    ]


def test_a_reminder_comes_once_and_again_only_when_moved(by_olga: Actor, olga: Member) -> None:
    ada = a_person("Ada")
    task = create_task({"title": "Call", "remind_at": AT}, about=ada, by=by_olga, at=AT)
    create_task({"title": "Later", "remind_at": AT + timedelta(days=1)}, by=by_olga, at=AT)

    assert [remind_of_tasks(at=AT), remind_of_tasks(at=AT)] == [1, 0]

    change_task(task, remind_at=AT + timedelta(hours=1), by=by_olga, at=AT)
    assert remind_of_tasks(at=AT + timedelta(hours=2)) == 1
    assert list(Notice.objects.values_list("member", "text")) == [(olga.pk, "To do: Call (Ada)")] * 2


def test_a_done_or_deleted_task_reminds_nobody(by_olga: Actor) -> None:
    done = create_task({"title": "Done", "remind_at": AT}, by=by_olga, at=AT)
    gone = create_task({"title": "Gone", "remind_at": AT}, by=by_olga, at=AT)
    finish_task(done, by=by_olga, at=AT)
    delete_task(gone, by=by_olga, at=AT)

    assert remind_of_tasks(at=AT) == 0
    assert restore_task(gone, by=by_olga, at=AT).deleted_at is None
    assert remind_of_tasks(at=AT) == 1


def test_a_task_that_cannot_be_read_is_refused(by_olga: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        create_task({"title": "", "due_at": "whenever", "assignee": 404, "colour": 1}, by=by_olga, at=AT)

    assert refusal.value.fields.keys() == {"title", "due_at", "assignee", "colour"}
    assert not Task.objects.exists()


def test_memos_are_kept_changed_and_forgotten(by_olga: Actor) -> None:
    ada = a_person("Ada")

    memo = add_memo(ada, "has a dog named Riku", by=by_olga, at=AT)
    change_memo(memo, "has two dogs", by=by_olga, at=AT)
    remove_memo(memo, by=by_olga, at=AT)

    assert not ada.memos.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("action", "changes")) == [
        ("memo.added", {"memo": [None, "has a dog named Riku"]}),
        ("memo.changed", {"memo": ["has a dog named Riku", "has two dogs"]}),
        ("memo.removed", {"memo": ["has two dogs", None]}),
    ]


def test_the_same_preference_is_kept_once(by_olga: Actor) -> None:
    ada = a_person("Ada")

    first = add_preference(ada, "Window seat", by=by_olga, at=AT)
    again = add_preference(ada, "window seat", by=by_olga, at=AT)
    add_preference(ada, "Window seat", kind="need", by=by_olga, at=AT)

    assert first == again
    remove_preference(first, by=by_olga, at=AT)
    assert list(ada.preferences.values_list("kind", flat=True)) == ["need"]
    with pytest.raises(Invalid):
        add_preference(ada, "x", kind="wish", by=by_olga, at=AT)
