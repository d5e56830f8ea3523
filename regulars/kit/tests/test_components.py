from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory

from regulars.kit import htmx, markup
from regulars.kit.live import TTL_SECONDS, read_ticket, sign_ticket
from regulars.kit.tables import Column, Empty, Table, chosen
from regulars.kit.views import live_ticket

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def drawn(source: str, **context: Any) -> str:
    return " ".join(Template("{% load kit %}" + source).render(Context(context)).split())


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=14), "yesterday"),
        (timedelta(hours=-14), "tomorrow"),
        (timedelta(days=4), "4 days ago"),
        (timedelta(days=-4), "in 4 days"),
        (timedelta(days=40), "29 Jan"),
        (timedelta(days=400), "3 Feb 2025"),
    ],
)
def test_moments_are_told_as_people_say_them(apart: timedelta, said: str) -> None:
    assert markup.say(NOON - apart, NOON) == said


def test_a_moment_shows_the_exact_time_on_hover() -> None:
    assert 'datetime="2026-03-10T12:00:00+00:00" title="10 Mar 2026, 12:00"' in markup.ago(NOON)


def test_names_from_customers_cannot_become_markup() -> None:
    shown = markup.who("<script>x</script>", "/people/1", 1, "<b>")

    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada King Lovelace", "AL"),
        ("ada", "A"),
        ("", "?"),
        ("李清照", "李"),
        ("Ólafur Örn", "ÓÖ"),
        ("… …", "?"),
    ],
)
def test_initials_come_from_the_first_and_last_word(name: str, letters: str) -> None:
    assert markup.initials(name) == letters


def test_a_thing_keeps_its_tone() -> None:
    assert markup.tone_of(7) == markup.tone_of("7")
    assert len({markup.tone_of(number) for number in range(200)}) == len(markup.TONES)


def test_an_unknown_icon_says_how_to_add_it() -> None:
    with pytest.raises(markup.UnknownIcon, match=r"names\.txt"):
        markup.icon("no-such-icon")


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    root = Path(markup.__file__).parent.parent
    named = {
        (str(path.relative_to(root)), name)
        for path in root.rglob("templates/**/*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8"))
    }

    assert sorted(one for one in named if one[1] not in markup.ICONS) == []


def test_a_sparkline_needs_two_values_and_fits_its_box() -> None:
    assert markup.sparkline([1]) == ""
    assert 'points="2.0,25.0 36.0,14.0 70.0,3.0"' in markup.sparkline([0, 5, 10])


def people_table(**more: Any) -> Table:
    rows = [
        SimpleNamespace(pk=1, name="Ada & co", revenue=None),
        SimpleNamespace(pk=2, name="Grace", revenue=5),
    ]
    columns = [
        Column("name", "Name", lambda row: row.name, css="cell-main", sort="name"),
        Column("revenue", "Revenue", lambda row: row.revenue, align="end", sort="revenue"),
    ]
    return Table(
        columns=columns,
        rows=more.pop("rows", rows),
        name="people",
        url="/people/",
        row_name=lambda row: row.name,
        **more,
    )


def test_a_table_escapes_values_and_marks_the_empty_ones() -> None:
    shown = drawn("{% table table %}", table=people_table())

    assert '<td class="cell-main">Ada &amp; co</td>' in shown
    assert '<td class="cell-end" data-label="Revenue"><span class="cell-none">–</span></td>' in shown


def test_sorting_again_by_the_same_column_turns_the_order_and_keeps_the_filter() -> None:
    shown = drawn(
        "{% table table %}",
        table=people_table(sort="name", params={"filter": "{}", "sort": "name", "after": "x"}),
    )

    assert 'aria-sort="ascending"><a class="sort" href="/people/?filter=%7B%7D&amp;sort=-name">' in shown
    assert 'href="/people/?filter=%7B%7D&amp;sort=revenue"' in shown


def test_a_table_asks_for_its_next_rows_until_there_are_none() -> None:
    assert 'hx-get="/people/?after=abc"' in drawn("{% table table %}", table=people_table(next_cursor="abc"))
    assert "table-more" not in drawn("{% table table %}", table=people_table())


def test_selectable_rows_name_what_they_select() -> None:
    shown = drawn("{% table table %}", table=people_table(selectable=True))

    assert 'value="2" data-pick="people" aria-label="Select Grace"' in shown


def test_an_empty_table_teaches_the_next_step() -> None:
    empty = Empty("No customers yet", "Bring a spreadsheet.", "users", "/import/", "Import customers")

    shown = drawn("{% table table %}", table=people_table(rows=[], empty=empty))

    assert "<table" not in shown
    assert '<a class="btn btn-primary" href="/import/">Import customers</a>' in shown


def test_columns_are_chosen_by_name_in_the_given_order() -> None:
    columns = people_table().columns

    assert [column.name for column in chosen(columns, ["revenue", "gone", "name"])] == ["revenue", "name"]
    assert [column.name for column in chosen(columns, [])] == ["name", "revenue"]


class Guest(forms.Form):
    name = forms.CharField(help_text="As they write it.")
    channels = forms.MultipleChoiceField(
        choices=[("m", "Mail")], widget=forms.CheckboxSelectMultiple, required=False
    )


def test_a_field_with_a_mistake_points_at_its_explanation() -> None:
    shown = drawn("{% field form.name %}", form=Guest({"name": ""}))

    assert 'class="form-control is-invalid"' in shown
    assert 'aria-describedby="id_name-error id_name-hint" aria-invalid="true"' in shown
    assert 'id="id_name-error"' in shown
    assert "This field is required." in shown


def test_a_whole_form_shows_every_field_and_what_is_wrong_with_all_of_it() -> None:
    form = Guest({"name": "Ada"})
    form.add_error(None, "Somebody was faster.")

    shown = drawn("{% fields form %}", form=form)

    assert 'role="alert"' in shown
    assert "Somebody was faster." in shown
    assert '<div id="id_channels" class="choices">' in shown


def test_a_fragment_can_say_what_happened_and_offer_the_way_back() -> None:
    request = RequestFactory().get("/")

    response = htmx.fragment(request, "kit/_empty.html", toast="Deleted Ada", undo="/undo/", title="Nobody")
    htmx.with_event(response, "people-changed")

    assert response.headers["HX-Trigger"] == (
        '{"toast": {"text": "Deleted Ada", "undo": "/undo/", "kind": "good", "url": "", "action": ""}, "people-changed": {}}'
    )


def test_redirecting_suits_whoever_asked() -> None:
    plain, piece = RequestFactory().get("/"), RequestFactory().get("/", headers={"HX-Request": "true"})

    assert htmx.redirect(plain, "/people/")["Location"] == "/people/"
    assert htmx.redirect(piece, "/people/")["HX-Redirect"] == "/people/"


def test_a_refusal_is_a_toast_for_htmx_and_a_page_for_a_browser(rf: RequestFactory) -> None:
    toast = htmx.refusal(rf.post("/", headers={"HX-Request": "true"}), "Ada is already gone.")
    page = htmx.refusal(rf.post("/"), "Ada is already gone.")

    assert (toast.status_code, page.status_code) == (409, 409)
    assert "Ada is already gone." in toast.headers["HX-Trigger"]
    assert "Ada is already gone." in page.content.decode()


def test_no_template_asks_htmx_to_evaluate_anything() -> None:
    evaluated = re.compile(r"""hx-trigger="[^"]*\[|="js:|='js:""")
    root = Path(markup.__file__).parent.parent
    broken = [
        f"{path.relative_to(root)}: {hit.group(0)}"
        for path in root.rglob("templates/**/*.html")
        for hit in evaluated.finditer(path.read_text(encoding="utf-8"))
    ]

    assert broken == []


def test_vendored_files_are_what_was_published() -> None:
    script = Path(markup.__file__).parents[2] / "bin/vendor"

    checked = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_tickets_of_several_pages_become_one_but_only_the_members_own(rf: RequestFactory) -> None:
    key, later = settings.SECRET_KEY, time.time() - 2 * TTL_SECONDS
    own = sign_ticket(key, ["person:1", "member:7"], member_id=7)
    stale = sign_ticket(key, ["person:2"], member_id=7, now=later)
    foreign = sign_ticket(key, ["person:3"], member_id=8)
    request = rf.get("/", {"ticket": [own, stale, foreign, "forged.ticket"]})
    request.member = SimpleNamespace(pk=7)  # type: ignore[attr-defined]

    merged = read_ticket(key, json.loads(live_ticket(request).content)["ticket"])

    assert merged.topics == ("member:7", "person:1", "person:2")
    assert merged.member_id == 7


def test_nobody_hears_without_signing_in(rf: RequestFactory) -> None:
    assert live_ticket(rf.get("/")).status_code == 401
