from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.config.tracing import Function, events_of, find, followed_by, heard_by, our_events, said_by
from regulars.kit.events import Event


class Command(BaseCommand):
    help = "Print which events an action announces and who hears them; or who says and hears one event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="an action such as create_person, or an event such as PersonCreated")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        for event in our_events():
            if name in (event.__name__, event.kind):
                self.stdout.write("\n".join(_lines(event, said_by(event))))
                return
        found = find(name)
        if not found:
            raise CommandError(f"Neither a function nor an event is called {name}.")
        for function in found:
            self._trace(function)

    def _trace(self, function: Function) -> None:
        self.stdout.write(f"{function.name}  {function.path}  {function.docstring}")
        announced = events_of(function)
        if not announced:
            self.stdout.write("  announces nothing")
        for event in announced:
            mentions = [one for one in said_by(event) if one == function]
            self.stdout.write("\n".join(_lines(event, mentions)))


def _lines(event: type[Event], sayers: list[Function]) -> list[str]:
    rows = [("said by", one) for one in sayers]
    rows += [("heard by", one) for one in heard_by(event)]
    rows += [("followed by", one) for one in followed_by()]
    width = max((len(one.name) for _how, one in rows), default=0)
    place = max((len(one.path) for _how, one in rows), default=0)
    lines = [
        f"  {how:<11}  {one.name:<{width}}  {one.path:<{place}}  {one.docstring}".rstrip()
        for how, one in rows
    ]
    return [f"{event.__name__} ({event.kind})", *lines]
