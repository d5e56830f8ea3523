"""Whose figures a question is about: those within the asker's reach, and of these the people of a segment."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy

from regulars.kit.clock import now
from regulars.kit.filters import Asker, Source, Wanted, compile_ids, row_rule_of
from regulars.kit.refused import Refused
from regulars.people.models import Person, View
from regulars.team.models import Business
from regulars.team.rules import Scope, allowed, may

if TYPE_CHECKING:
    import pyarrow as pa

SEE = "insights.see"
TABLE = "people_person"
LATELY_SECONDS = 60.0
MOST_LISTS = 8


class NoSuchSegment(Refused):
    """There is no saved list of people by that name or number."""

    code = "no_such_segment"
    default = gettext_lazy("There is no saved list of people “%(name)s”.")


def find_segment(name: str, seer: Any) -> View:
    """Return the saved list of people that this member may use, by its number or its name."""
    own = Q(is_shared=True) | Q(author=seer.member_id) if seer.member_id else Q(is_shared=True)
    known = View.objects.filter(subject="person")
    if seer.member_id is not None or allowed(seer, SEE) < Scope.ALL:
        known = known.filter(own)
    wanted = Q(pk=int(name)) if name.isascii() and name.isdigit() else Q(name__iexact=name)
    found = known.filter(wanted).order_by("pk").first()
    if found is None:
        raise NoSuchSegment(NoSuchSegment.default % {"name": name})
    return found


def reach_of(seer: Any, tree: Any) -> dict[str, Any]:
    """Return, as plain values, all that decides which people a question is about: the same values, the same people."""
    is_all = allowed(seer, SEE) == Scope.ALL
    reach = "all" if is_all else f"{seer.role}:{seer.member_id}:{sorted(seer.team_ids)}"
    return {
        "reach": reach,
        "list": tree or None,
        "asker": seer.member_id if tree else None,
        **({"role": seer.role} if tree else {}),
    }


@dataclass
class _Lately:
    """The people of one list and reach, and until when they may be used again."""

    lock: Lock = field(default_factory=Lock)
    until: float = 0.0
    people: pa.Table | None = None


_lately: OrderedDict[str, _Lately] = OrderedDict()
_guard = Lock()


def people_lately(seer: Any, tree: Any = None) -> pa.Table | None:
    """Return what `people_of` does, not looked up again within a minute: the tiles of a page are about the same people."""
    key = json.dumps(reach_of(seer, tree), sort_keys=True, default=str)
    with _guard:
        held = _lately.setdefault(key, _Lately())
        _lately.move_to_end(key)
        while len(_lately) > MOST_LISTS:
            _lately.popitem(last=False)
    with held.lock:
        if time.monotonic() >= held.until:
            held.people = people_of(seer, tree)
            held.until = time.monotonic() + LATELY_SECONDS
        return held.people


def people_of(seer: Any, tree: Any = None) -> pa.Table | None:
    """Return the people within the asker's reach who pass a filter (`person_id`: int64); None for everybody, guests too."""
    import pyarrow as pa
    from pyarrow import csv

    if not tree and allowed(seer, SEE) == Scope.ALL:
        return None
    wanted = Wanted(
        source=Source(subject="person", table=TABLE, alias=TABLE),
        asker=_asker(seer),
        tree=tree or None,
        row_rule=row_rule_of(Person.objects.visible_to(seer, SEE)),
    )
    ids = compile_ids(wanted)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        # As one text: a list of half a million rows would pass through Python row by row.
        one_text = f"SELECT string_agg(person_id::text, E'\\n') FROM ({ids.text}) AS ids (person_id)"
        row = connection.connection.cursor().execute(one_text, ids.args).fetchone()
    text = row[0] if row else None
    if not text:
        return pa.table({"person_id": pa.array([], pa.int64())})
    read = csv.ReadOptions(column_names=["person_id"])
    return csv.read_csv(
        BytesIO(text.encode()),
        read_options=read,
        convert_options=csv.ConvertOptions(column_types={"person_id": pa.int64()}),
    )


def _asker(seer: Any) -> Asker:
    return Asker(
        now=now(),
        may_see=lambda verb: may(seer, verb),
        member_id=seer.member_id,
        zone=ZoneInfo(Business.current().time_zone),
    )
