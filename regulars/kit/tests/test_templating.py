"""What a page was drawn from goes with the page."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.loader import render_to_string
from django.test import RequestFactory


class Thing:
    """Something that can be watched."""


@pytest.fixture
def no_search() -> Iterator[None]:
    """Whatever goes away does so by itself."""
    gc.disable()
    yield
    gc.enable()


def test_data_of_a_page_are_gone_once_it_is_drawn(no_search: None) -> None:
    thing = Thing()
    watched = weakref.ref(thing)
    template = engines.all()[0].from_string("{% with one=thing %}{{ one|yesno }}{% endwith %}")

    assert template.render({"thing": thing}) == "yes"
    del thing

    assert watched() is None


def test_a_template_that_is_not_there_says_so() -> None:
    with pytest.raises(TemplateDoesNotExist, match="nowhere"):
        render_to_string("nowhere.html", {}, RequestFactory().get("/"))
