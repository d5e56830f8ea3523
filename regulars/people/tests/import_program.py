"""Takes in one import run, in small chunks, in a process that a test kills."""

import os
import sys
import time


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    from regulars.kit.actor import Actor
    from regulars.people.actions.imports import run_import, running
    from regulars.people.models import ImportRun

    running.CHUNK_ROWS = 200
    # Slow enough to be killed between two chunks, however fast the machine is.
    running.Intake.analyse = lambda _self: time.sleep(0.1)  # type: ignore[method-assign]
    run_import(ImportRun.objects.get(pk=int(sys.argv[1])), by=Actor.clock("killed"))


if __name__ == "__main__":
    main()
