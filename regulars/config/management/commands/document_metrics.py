from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from regulars.config.metric_pages import FOLDER, metric_pages


class Command(BaseCommand):
    help = "Write docs/use/metrics/ from the measures."

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        pages = metric_pages()
        for path in FOLDER.glob("*.md"):
            if path.name not in pages:
                path.unlink()
        for name, text in pages.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"Written: {len(pages)} pages")
