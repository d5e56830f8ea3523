"""Dashboards as PDF: what stands on them, in the letters of five languages, within one's reach, and in the mail."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from regulars.insights.actions.mailing import send_due
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.actions.printing import print_board
from regulars.insights.engine.paper import Chart, Paper, Sheet, charts, write_pdf
from regulars.insights.engine.paper.faces import STRONG, TEXT, WIDE, Run, readable, runs
from regulars.insights.facts.reading import Facts
from regulars.insights.models import Mailing
from regulars.insights.queries.answers import Answer, Figure, find_metric
from regulars.insights.queries.asking import question_of
from regulars.insights.queries.boards import READY, Tile
from regulars.insights.queries.paper import sheet_of
from regulars.insights.queries.showing import show
from regulars.kit.clock import now
from regulars.kit.metrics import Ask
from regulars.team.actions.mail import deliver_mail
from regulars.team.models import Business, Member
from tests.cast import a_person, an_order

SignIn = Callable[[Member], Client]
LETTERS = "Árvíztűrő tükörfúrógép · Ąžuolų ėjimai šįmet · Blåbærsyltetøy på øya · Hyvää yötä · 1 234,50 € “x” – 95 %"
TODAY = now().date()


def a_sheet(**more: Any) -> Sheet:
    return Sheet(**{"title": "Repurchase rate", "name": "Repurchase rate", "meaning": LETTERS, **more})


def a_paper(*sheets: Sheet) -> Paper:
    return Paper(LETTERS, [LETTERS], "Aalto", sheets, "What the measures mean", "hu")


def read_back(file: bytes) -> str:
    """Return the words of a PDF as a reader finds them, lines joined."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages).split())


def test_the_letters_of_five_languages_are_written_by_one_face() -> None:
    assert runs(LETTERS) == (Run(LETTERS, TEXT),)
    assert runs(LETTERS, strong=True) == (Run(LETTERS, STRONG),)


def test_other_letters_have_a_face_of_their_own() -> None:
    assert runs("Кафе Aalto · ≥ 3 → Αθήνα") == (
        Run("Кафе ", WIDE), Run("Aalto · ", TEXT), Run("≥ ", WIDE), Run("3 ", TEXT), Run("→ Αθήνα", WIDE),
    )  # fmt: skip
    assert [one.face for one in runs("東京, タワー")] == ["HeiseiKakuGo-W5"]
    assert [one.face for one in runs("北京")] == ["STSong-Light"]
    assert [one.face for one in runs("서울")] == ["HYGothic-Medium"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada 🎉🎉", "Ada [party popper]"),
        ("محمد", "[Arabic]"),
        ("𝐀𝐝𝐚 🇫🇮", "Ada FI"),
        ("\ue000", "[U+E000]"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
    ],
)
def test_what_no_face_has_is_said_in_words(text: str, said: str) -> None:
    assert readable(text) == said


@given(st.text(max_size=40))
def test_any_text_at_all_is_written(text: str) -> None:
    assert write_pdf(
        a_paper(a_sheet(title=text, figure=text or "–"), a_sheet(heads=[text, "n"], rows=[[text, text]]))
    ).startswith(b"%PDF")


def test_every_word_of_names_labels_and_segments_is_read_back() -> None:
    names = [
        "Łódź",
        "Šiauliai",
        "Őrség",
        "Кафе Ромашка",
        "Ελληνικά",
        "Việt Nam",
        "Café ≥ 3 €",
        "Երևան",
        "თბილისი",
    ]
    chart = Chart("bar", names, [1.0] * 9, [None] * 9, [None] * 9, str)
    table = {"heads": ["Channel", "n"], "rows": [[name, "1"] for name in names]}
    paper = replace(a_paper(a_sheet(chart=chart, **table)), title="Отчёт", foot="Μουσείο · Value")

    found = read_back(write_pdf(paper))

    for name in names:
        assert found.count(name) == 2, name
    assert "Отчёт" in found
    assert "Μουσείο · Value" in found
    assert "☕ [party popper] [Arabic]" in read_back(write_pdf(a_paper(a_sheet(figure="☕ 🎉 محمد"))))


def test_chinese_japanese_and_korean_are_left_to_the_reader_s_face() -> None:
    found = PdfReader(
        BytesIO(write_pdf(a_paper(a_sheet(figure="北京 2"), a_sheet(title="서울", figure="タワー"))))
    )

    fonts = {str(one.get_object()["/BaseFont"]) for one in found.pages[0]["/Resources"]["/Font"].values()}  # type: ignore[index]
    for face in ("STSong-Light", "HYGothic-Medium", "HeiseiKakuGo-W5"):
        assert any(face in font for font in fonts), fonts


def test_round_numbers_of_an_axis() -> None:
    assert doctest.testmod(charts).failed == 0
    assert charts.ticks(0.0, 0.0) == [0.0, 0.25]


@pytest.mark.parametrize("kind", ["line", "bar", "distribution"])
def test_every_kind_of_chart_is_drawn_with_gaps_and_below_nought(kind: Any) -> None:
    chart = Chart(
        kind, ["Ő", "b", "c"], [1.0, None, -2.0], [0.5, None, None], [2.0, None, None], str, beside=[1.0, 2.0, None],
        small=[False, True, True],
    )  # fmt: skip
    table = {"heads": ["x", "n"], "rows": [["Ő", "1"], ["b", "–"]], "warm": [[0.0, 1.0]]}

    file = write_pdf(a_paper(a_sheet(figure="5 %", notes=["9 customers"]), a_sheet(chart=chart, **table)))

    assert file.startswith(b"%PDF-1.")
    assert b"/Type /Font" in file


def test_a_chart_of_nothing_is_drawn_empty() -> None:
    nothing = Chart("line", ["a"], [None], [None], [None], str)

    assert write_pdf(a_paper(a_sheet(chart=nothing), a_sheet(chart=replace(nothing, kind="bar")))).startswith(
        b"%PDF"
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_a_figure_on_paper_says_on_how_many_and_how_sure(shop: None) -> None:
    metric, question = find_metric("repurchase_rate"), question_of({"beside": "year"})
    ask = Ask(today=TODAY, until=TODAY)
    one = Figure("", 0.6, 20, k=12, low=0.4, high=0.8)
    answer, earlier = (Answer(metric, ask, [found], 1, now()) for found in (one, replace(one, value=0.5)))

    shown = show(metric, question, answer, by="", drawn="number", other=earlier, address=lambda *_said: "")
    sheet = sheet_of(shown)

    assert sheet == Sheet(
        title="Repurchase rate",
        name="Repurchase rate",
        meaning=str(metric.definition),
        figure="60.0 %",
        notes=["20 customers · 40.0 % to 80.0 % · few", "+10.0 points from 50.0 %, a year earlier"],
    )


@pytest.fixture
def shop(business: Business) -> None:
    """Ten customers, five of whom came back."""
    for number in range(10):
        customer = a_person(f"Ada {number}")
        for time in range(1 + number % 2):
            an_order(customer, total="20", at=now() - timedelta(days=60 - 7 * time), channel="web")
    refresh_mirror(full=True)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_dashboard_is_given_as_pdf(shop: None, olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)

    assert (
        'href="/insights/boards/loyalty/figures.pdf"'
        in client.get("/insights/boards/loyalty/").content.decode()
    )
    answer = client.get("/insights/boards/loyalty/figures.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].endswith('.pdf"')
    assert "Repurchase rate 50.0 %" in read_back(answer.content)


HTMX = {"HX-Request": "true"}
PRINTING = "/insights/boards/loyalty/printing/"


@pytest.mark.django_db
def test_a_long_count_says_how_far_it_is_before_the_pdf(shop: None, olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)

    first = client.get(PRINTING, headers=HTMX).content.decode()
    assert "Counting: Repurchase rate" in first
    assert f'hx-get="{PRINTING}?done=0"' in first
    steps, shown = [0], first
    while (found := re.search(r"done=(\d+)", shown)) is not None:
        shown = client.get(f"{PRINTING}?done={found[1]}", headers=HTMX).content.decode()
        steps.append(int(found[1]))
        assert len(steps) < 40

    assert steps == sorted(steps)
    assert 'href="/insights/boards/loyalty/figures.pdf"' in shown
    # Without scripts the address gives the file.
    assert client.get(PRINTING)["Location"] == "/insights/boards/loyalty/figures.pdf"


@pytest.mark.django_db
def test_a_pdf_whose_figures_are_kept_asks_the_engine_nothing(
    shop: None, olga: Member, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(olga)
    board = replace(
        READY["loyalty"], tiles=(Tile("1", "repurchase_rate"), Tile("2", "repurchase_rate", by="channel"))
    )
    for module in ("actions.printing", "views.boards"):
        monkeypatch.setattr(f"regulars.insights.{module}.find_board", lambda *_asked: board, raising=False)
    assert print_board(board, question_of({}), olga).startswith(b"%PDF")
    monkeypatch.setattr(Facts, "run", None)

    answer = client.get(PRINTING, headers=HTMX)

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/insights/boards/loyalty/figures.pdf")
    assert client.get("/insights/boards/loyalty/figures.pdf").content.startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.django_db
def test_the_scheduled_mail_brings_the_pdf(shop: None, olga: Member, settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    sealed: list[str] = []

    class Queue:
        def defer(self, *, letter: str) -> None:
            sealed.append(letter)

    monkeypatch.setattr("regulars.team.actions.mail.app.configure_task", lambda *_name, **_more: Queue())
    Mailing.objects.create(
        member=olga, board="loyalty", address={}, every="week", next_on=TODAY, created_at=now()
    )

    assert send_due(at=now(), today=TODAY) == 1
    deliver_mail(sealed[0])

    name, content, content_type = mail.outbox[0].attachments[0]
    assert (name.startswith("loyalty-"), content_type) == (True, "application/pdf")
    assert "Repurchase rate 50.0 %" in read_back(content)
    assert "Repurchase rate: 50.0 %" in mail.outbox[0].body


@pytest.mark.slow
@pytest.mark.django_db
def test_a_figure_that_is_refused_leaves_the_others(shop: None, olga: Member) -> None:
    board = replace(READY["loyalty"], tiles=(Tile("1", "predicted_value"), Tile("2", "repurchase_rate")))

    assert print_board(board, question_of({}), olga).startswith(b"%PDF")
