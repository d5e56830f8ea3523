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
