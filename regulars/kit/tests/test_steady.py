from __future__ import annotations

from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import gettext_lazy

ENGINE = Engine(
    libraries={"steady": "regulars.kit.templatetags.steady", "i18n": "django.templatetags.i18n"}, builtins=[]
)


def test_a_steady_piece_is_drawn_once_for_what_it_is_made_of() -> None:
    drawn: list[str] = []

    def count() -> str:
        drawn.append("drawn")
        return str(len(drawn))

    piece = ENGINE.from_string(
        "{% load steady %}{% steady menu %}{{ menu.0.label }} {{ count }}{% endsteady %}"
    )

    def draw(label: str) -> str:
        return piece.render(Context({"menu": [{"label": label, "active": True}], "count": count}))

    assert [draw("People"), draw("People"), draw("Orders"), draw("People")] == [
        "People 1", "People 1", "Orders 2", "People 1",
    ]  # fmt: skip


def test_a_steady_piece_speaks_the_readers_language() -> None:
    piece = ENGINE.from_string("{% load steady %}{% steady %}{{ word }}{% endsteady %}")
    word = gettext_lazy("Monday")

    with translation.override("en"):
        english = piece.render(Context({"word": word}))
    with translation.override("fi"):
        finnish = piece.render(Context({"word": word}))

    assert (english, finnish) == ("Monday", "maanantai")


def test_a_steady_piece_of_many_values_forgets_the_old_ones() -> None:
    piece = ENGINE.from_string("{% load steady %}{% steady n %}{{ n }}{% endsteady %}")

    assert [piece.render(Context({"n": n})) for n in range(200)] == [str(n) for n in range(200)]


def test_a_piece_of_many_things_is_drawn_once_with_the_number_of_each() -> None:
    drawn: list[str] = []

    def count() -> str:
        drawn.append("drawn")
        return str(len(drawn))

    piece = ENGINE.from_string(
        "{% load steady %}{% steady is_closed number=one %}<a href='/{{ number }}/'>{{ number }} {{ is_closed }}</a>{{ count }}{% endsteady %}"
    )

    def draw(one: int, is_closed: bool) -> str:
        return piece.render(Context({"one": one, "is_closed": is_closed, "count": count}))

    assert [draw(7, False), draw(8, False), draw(7, True), draw(9, True)] == [
        "<a href='/7/'>7 False</a>1", "<a href='/8/'>8 False</a>1", "<a href='/7/'>7 True</a>2", "<a href='/9/'>9 True</a>2",
    ]  # fmt: skip
