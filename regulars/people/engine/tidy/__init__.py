"""Tidy one value at a time: each function returns the tidied value or raises `Unclear` with the reason."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set, for lists that read better in one line."""
    return frozenset(text.split())
