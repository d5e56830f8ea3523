"""A real worker that reads mail, to be run and killed: `python worker_program.py`."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()

    from regulars.kit.workshop import run

    run()
