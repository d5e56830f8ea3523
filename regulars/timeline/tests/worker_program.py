"""A real worker that knows the tests' reactions, to be run and killed: `python worker_program.py`."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()

    from regulars.kit.workshop import run
    from regulars.timeline.tests import happenings  # noqa: F401  its reactions and follower listen

    run()
