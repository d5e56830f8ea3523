"""Sentences the engine says: kept in English with their words apart, so that the rooms can translate them."""


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for translation without translating it here."""
    return sentence


class Said(Exception):
    """A sentence for the person on screen, with the words to put into it."""

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence, words)
        self.sentence, self.words = sentence, words

    def __str__(self) -> str:
        return self.sentence % self.words if self.words else self.sentence

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.sentence, self.words)


class Unreadable(Said):
    """The file cannot be read as a table."""


class Unclear(Said):
    """A value does not say what its field needs."""


class Note(Said):
    """Something worth knowing about a file or a value that was read all the same."""


def _again(kind: type[Said], sentence: str, words: dict[str, object]) -> Said:
    """Build the saying anew on the other side of a process boundary."""
    return kind(sentence, **words)
