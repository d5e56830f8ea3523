"""Every measure has its page, and the page says what the measure says."""

from __future__ import annotations

from regulars.config.metric_pages import FOLDER, metric_pages


def test_the_pages_of_measures_are_as_the_measures_say() -> None:
    written = {path.name: path.read_text() for path in FOLDER.glob("*.md")}

    assert written == metric_pages(), "Run: python manage.py document_metrics"
