from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from regulars.config.event_page import PAGE, event_page


class Command(BaseCommand):
    help = "Write docs/build/events.md from the source."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(event_page(), encoding="utf-8")
        self.stdout.write(f"Written: {PAGE.name}")
