from __future__ import annotations

from datetime import UTC, datetime

from regulars.kit.worker import NOW, every, is_stopping
from regulars.people.actions.removal import erase_deleted
from regulars.people.actions.search import recount_words
from regulars.people.actions.todos import remind_of_tasks


@every("* * * * *", "people.remind", queue=NOW)
def remind(timestamp: int) -> None:
    """Give the notices of tasks whose time has come."""
    while remind_of_tasks(at=datetime.now(UTC)) and not is_stopping():
        pass


@every("17 3 * * *", "people.erase_deleted")
def erase(timestamp: int) -> None:
    """Erase who was deleted more than thirty days ago."""
    while erase_deleted(at=datetime.fromtimestamp(timestamp, UTC)) and not is_stopping():
        pass


@every("29 4 * * *", "people.tidy_words")
def tidy_words(timestamp: int) -> None:
    """Forget words that nobody has any more, and count the others anew."""
    recount_words()
