"""Takes in one import run, in small chunks, in a process that a test kills."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    from regulars.kit.actor import Actor
    from regulars.people.actions.imports import run_import, running
    from regulars.people.models import ImportRun

    running.CHUNK_ROWS = 200
    run_import(ImportRun.objects.get(pk=int(sys.argv[1])), by=Actor.clock("killed"))


if __name__ == "__main__":
    main()
