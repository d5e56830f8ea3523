import re

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_HARMLESS = re.compile(r"[-+]?\d+(?:[.,]\d+)*|\+\d[\d ]*|-")


def safe_cell(value: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; our own import takes the quote off again.

    >>> safe_cell("=1+1"), safe_cell("-12.5"), safe_cell("+358401234567"), safe_cell("plain")
    ("'=1+1", '-12.5', '+358401234567', 'plain')
    """
    if value[:1] in _RISKY and value and not _HARMLESS.fullmatch(value):
        return f"'{value}"
    return value
