"""Questions end: when their time is over, and when whoever asked has gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.clients import IsGone, whoever_asked
from regulars.kit.refused import Refused

LOOK_SECONDS = 0.1
Answer = TypeVar("Answer")


class TookTooLong(Refused):
    """A question was ended because its time was over."""

    code = "took_too_long"


class NobodyAsks(Refused):
    """A question was ended because whoever asked had gone."""

    code = "nobody_asks"
    default = gettext_lazy("The page was closed before the answer was there.")


@dataclass(frozen=True)
class Patience:
    """How long a question may take, 0 for as long as it needs, and who tells whether anybody still waits for it."""

    seconds: float
    is_gone: IsGone


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def asked_by_somebody() -> Iterator[None]:
    """Within this, questions end after REGULARS_INSIGHTS_SECONDS, or once the page that asks them is closed."""
    with whoever_asked() as is_gone:
        token = _patience.set(Patience(settings.INSIGHTS_SECONDS, is_gone))
        try:
            yield
        finally:
            _patience.reset(token)


def run_within(run: Callable[[], Answer], interrupt: Callable[[], None]) -> Answer:
    """Run a question within the patience there is; `interrupt` ends it from another thread."""
    import duckdb

    patience = _patience.get()
    if patience is None:
        return run()
    watch = _Watch(patience, interrupt)
    watch.start()
    try:
        return run()
    except duckdb.InterruptException:
        raise watch.reason or NobodyAsks() from None
    finally:
        watch.end()


def too_long(seconds: float) -> str:
    """Return in words that the time was over, and what helps."""
    return ngettext(
        "Counting took longer than %(seconds)d second and was stopped. Choose a shorter period, or try again when less is going on.",
        "Counting took longer than %(seconds)d seconds and was stopped. Choose a shorter period, or try again when less is going on.",
        round(seconds),
    ) % {"seconds": round(seconds)}


class _Watch(Thread):
    """Looks whether a question should end, until it has."""

    def __init__(self, patience: Patience, interrupt: Callable[[], None]) -> None:
        super().__init__(name="insights-watch", daemon=True)
        self.reason: Refused | None = None
        self._patience, self._interrupt = patience, interrupt
        self._is_over = Event()

    def run(self) -> None:
        began = monotonic()
        while not self._is_over.wait(LOOK_SECONDS):
            self.reason = self.reason or self._why(monotonic() - began)
            if self.reason:
                # Again and again: an interrupt before the engine has begun is forgotten.
                self._interrupt()

    def end(self) -> None:
        self._is_over.set()
        self.join()

    def _why(self, waited: float) -> Refused | None:
        patience = self._patience
        if patience.is_gone():
            return NobodyAsks()
        if patience.seconds and waited >= patience.seconds:
            return TookTooLong(too_long(patience.seconds))
        return None
