"""The worth of a few people at once, from PostgreSQL itself, so that the page of a person is never stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from regulars.insights.actions.mirror.copying import query_of
from regulars.insights.actions.worth.columns import COLUMNS, DAYS, Seen, columns_of
from regulars.insights.actions.worth.knowing import from_json, is_learned
from regulars.insights.models import TABLES, WorthState
from regulars.kit.clock import today
from regulars.kit.facts import facts
from regulars.team.models import Business

# A transaction that counts figures may commit so much later than the moment it wrote down.
MARGIN = timedelta(hours=1)
EPOCH = date(1970, 1, 1)
AT_ONCE = 2_000
LOCK = 7_253_912
_CHANGED = "SELECT person_id FROM commerce_personfigures WHERE updated_at >= %s ORDER BY person_id"
# Guests and people without figures have no worth.
_DAYS = """
    SELECT q.person_id, q.day - date '1970-01-01', sum(q.net_minor)::bigint, count(*), min(f.revenue_minor)
    FROM ({orders}) AS q JOIN commerce_personfigures AS f ON f.person_id = q.person_id
    WHERE q.person_id = ANY(%(ids)s) AND q.is_purchase AND q.day <= %(today)s GROUP BY 1, 2 ORDER BY 1, 2"""
_TOUCHED = """
    SELECT q.person_id, q.kind, q.day - date '1970-01-01', count(*) FROM ({touchpoints}) AS q
    WHERE q.person_id = ANY(%(ids)s) AND q.kind = ANY(%(kinds)s) AND q.day <= %(today)s GROUP BY 1, 2, 3"""
_VISITED = """
    SELECT q.person_id, 'visit', q.day - date '1970-01-01', count(*) FROM ({visits}) AS q
    WHERE q.person_id = ANY(%(ids)s) AND q.day <= %(today)s GROUP BY 1, 3"""


def changed_since(moment: datetime) -> list[int]:
    """Return whose orders changed after a moment, some of them perhaps before it too."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [moment - MARGIN])
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def refresh_worth_of(person_ids: Iterable[int]) -> int:
    """Work out the worth of these people anew, by what was learned of everybody last; return of how many.

    Until everybody's was worked out once, nothing is done. Ranks move when everybody's are worked out.
    """
    ids = sorted(set(person_ids))
    if not ids or not is_learned():
        return 0
    with connection.cursor() as cursor:
        # Of two who work out the same person, the later one has to see what the earlier one saw and more.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    state = WorthState.current()
    return sum(_work_out(ids[start : start + AT_ONCE], state) for start in range(0, len(ids), AT_ONCE))


def _work_out(ids: list[int], state: WorthState) -> int:
    known = from_json(state.known)
    if known is None:
        return 0
    local = today(Business.current().time_zone)
    day = (local - EPOCH).days
    model = TABLES[state.letter]
    seen = see(ids, local)
    rows = [model(**row) for row in _rows(columns_of(seen, known, day))]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["person_id"], update_fields=list(COLUMNS)
    )
    # Who has no purchase day left is nobody's customer any more.
    kept = {row.person_id for row in rows}
    model._default_manager.filter(person_id__in=[number for number in ids if number not in kept]).delete()
    return len(rows)


def see(ids: Sequence[int], local: date) -> Seen:
    """Return these people as PostgreSQL knows them at the end of a day."""
    import numpy as np

    from regulars.insights.engine.histories import Histories
    from regulars.insights.metrics.engaging import DEEDS

    said = {"ids": list(ids), "today": local, "kinds": [kind for kinds in DEEDS.values() for kind in kinds]}
    rows = _ask(_DAYS, said)
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    days = Histories(table[:, 0], table[:, 1], table[:, 2])
    touched = [*_ask(_TOUCHED, said), *(_ask(_VISITED, said) if facts()["visits"].query else ())]
    return Seen(days, table[days.starts, 4], _engagement(days.ids, table, touched, local))


def _engagement(ids: Any, bought: Any, touched: list[tuple[Any, ...]], local: date) -> Any:
    """Return the raw engagement (n,) of people from their orders and from other deeds (person, kind, day, count)."""
    import numpy as np

    from regulars.insights.engine.engagement import WEIGHTS, raw_engagements
    from regulars.insights.metrics.engaging import DEEDS

    weights = {kind: WEIGHTS[deed] for deed, kinds in DEEDS.items() for kind in kinds}
    weights["visit"] = WEIGHTS["visit"]
    place = {number: at for at, number in enumerate(ids.tolist())}
    rows = [(place[who], weights[kind] * count, day) for who, kind, day, count in touched if who in place]
    others = np.array(rows, dtype=np.float64).reshape(-1, 3)
    whose = np.concatenate((np.searchsorted(ids, bought[:, 0]), others[:, 0].astype(np.int64)))
    heavy = np.concatenate((bought[:, 3] * WEIGHTS["order"], others[:, 1]))
    # A deed of today is a day old, as for everybody: figures are those of the end of the day.
    ages = (local - EPOCH).days + 1 - np.concatenate((bought[:, 1], others[:, 2]))
    return raw_engagements(whose, heavy, ages, len(ids))


def _ask(query: str, said: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    business, known = Business.current(), facts()
    for name in ("orders", "touchpoints", "visits"):
        if "({" + name + "})" in query:
            query = query.replace(
                f"({{{name}}}) AS q", f"({_escaped(known[name], business)}) AS q({_names(known[name])})"
            )
    with connection.cursor() as cursor:
        cursor.execute(query, said)
        return list(cursor.fetchall())


def _escaped(fact: Any, business: Business) -> str:
    return query_of(fact, business).replace("%", "%%")


def _names(fact: Any) -> str:
    return ", ".join(column.name for column in fact.columns)


def _rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the columns of each person as the model takes them."""
    names = ("person_id", *COLUMNS)
    columns = [_values(name, found[name], len(found["person_id"])) for name in names]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _values(name: str, values: Any, size: int) -> list[Any]:
    if values is None:
        return [None] * size
    plain = values if isinstance(values, list) else values.tolist()
    if name in DAYS:
        return [EPOCH + timedelta(days=value) if value >= 0 else None for value in plain]
    if name.endswith("_minor"):
        return [None if value != value else int(value) for value in plain]
    return plain
