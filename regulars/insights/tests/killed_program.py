"""A refresh of the mirror that is killed at a named place: `python killed_program.py before|after FUNCTION`."""

import os
import signal
import sys
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()

    from regulars.insights.actions.mirror import refreshing

    when, name = sys.argv[1:]
    known = getattr(refreshing, name)

    def killed(*args: Any, **said: Any) -> None:
        if when == "after":
            known(*args, **said)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(refreshing, name, killed)
    refreshing.refresh_mirror(folding=name == "fold")
