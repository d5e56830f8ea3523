"""The cast and the makers are there in every test."""

import time
from collections.abc import Iterator

import pytest
from django.core.management.base import CommandError
from django.test import TransactionTestCase

pytest_plugins = ["tests.cast", "tests.browser"]


@pytest.fixture(autouse=True, scope="session")
def patient_emptying() -> Iterator[None]:
    """Empty the tables again where a page that was just closed still said goodbye: the two may wait for each other."""
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def until_it_is_done(self: TransactionTestCase) -> None:
        for pause in (0.3, 1, 3):
            try:
                empty(self)
                return
            except CommandError:
                time.sleep(pause)
        empty(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", until_it_is_done)
        yield
