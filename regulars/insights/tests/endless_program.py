"""Our server with one page whose question never ends: `python endless_program.py FOLDER PORT`; how it ended stands in FOLDER/ended."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import django


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer `/endless` never, everything else at once."""
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    if environ["PATH_INFO"] != "/endless":
        return [b"here"]
    return [ask(Path(sys.argv[1])).encode()]


def ask(folder: Path) -> str:
    """Ask what cannot be answered in this life, as a tile does."""
    import ibis

    from regulars.insights.facts.limits import asked_by_somebody
    from regulars.insights.facts.manifest import Manifest
    from regulars.insights.facts.reading import Engine, Facts, connect
    from regulars.kit.refused import Refused

    facts = Facts(Engine(cast("Manifest", None), connect(folder), 0))
    few = ibis.range(1_000_000).unnest().name("number").as_table()
    endless = few.cross_join(few.view()).agg(found=ibis._.number.sum())
    (folder / "began").touch()
    try:
        with asked_by_somebody():
            facts.run(endless)
        ended = "answered"
    except Refused as problem:
        ended = f"{problem.code}: {problem}"
    (folder / "ended").write_text(ended)
    return ended


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()

    from granian import Granian
    from granian.constants import Interfaces

    from regulars.kit.clients import answer_one_at_a_time

    def load(_target: str) -> Any:
        answer_one_at_a_time()
        return application

    Granian(
        "endless", address="127.0.0.1", port=int(sys.argv[2]), interface=Interfaces.WSGI, blocking_threads=1, log_level="warning"
    ).serve(target_loader=load)  # fmt: skip
