"""A small world for the filter tests: people with every type of trait, in temporary tables and as plain rows."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from regulars.kit import traits
from regulars.kit.filters import Asker, Source
from regulars.kit.filters.reference import Event, Row
from regulars.kit.traits import Behaviour, Exists, Join, Totals, Trait

SOURCE = Source(subject="soul", table="world_soul", alias="s", where="{t}.deleted_at IS NULL")
FIGURES = Join("figures", "LEFT JOIN world_figures {figures} ON {figures}.soul_id = {t}.id")
TEAM = Join("team", "LEFT JOIN world_team {team} ON {team}.id = {t}.team_id")
LEAD = Join("lead", "LEFT JOIN world_soul {lead} ON {lead}.id = {team}.lead_id", needs=TEAM)
STAGES = [("reached", "Reached"), ("acquired", "Acquired"), ("advocate", "Advocate")]
LABELS = [("1", "Red"), ("2", "Blue"), ("3", "Green")]
TABLES = """
CREATE TEMP TABLE world_soul (
    id bigint PRIMARY KEY, name text NOT NULL, name_folded text NOT NULL, nickname text, visits int, score numeric,
    spent bigint, spent_in text, born date, seen_at timestamptz, stage text, is_vip boolean, keeper_id bigint,
    team_id bigint, labels bigint[], custom jsonb, deleted_at timestamptz);
CREATE TEMP TABLE world_figures (soul_id bigint PRIMARY KEY, revenue bigint NOT NULL, orders int NOT NULL,
    first_at timestamptz, last_at timestamptz);
CREATE TEMP TABLE world_team (id bigint PRIMARY KEY, lead_id bigint, name text);
CREATE TEMP TABLE world_tag (soul_id bigint, name text);
CREATE TEMP TABLE world_order (id bigserial, soul_id bigint, at timestamptz NOT NULL, amount bigint, channel text);
CREATE TEMP TABLE world_visit (soul_id bigint, at timestamptz NOT NULL);
"""


def fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


def _soul(name: str, type_: Any, sql: str, **more: Any) -> Trait:
    return Trait(name=name, subject="soul", type=type_, label=name, sql=sql, **more)


TRAITS = [
    _soul("name", "text", "{t}.name", folded="{t}.name_folded", fold=fold, not_null=True, sortable=True,
          sort_sql='{t}.name_folded COLLATE "C"'),
    _soul("nickname", "text", "{t}.nickname", sortable=True, sort_sql='{t}.nickname COLLATE "C"'),
    _soul("visits", "number", "{t}.visits", sortable=True),
    _soul("score", "number", "{t}.score", sortable=True),
    _soul("spent", "money", "{t}.spent", currency_sql="{t}.spent_in", sortable=True),
    _soul("revenue", "money", "{figures}.revenue", join=FIGURES, currency=lambda: "EUR", sortable=True,
          sort_id="{figures}.soul_id"),
    _soul("orders", "number", "{figures}.orders", join=FIGURES, absent=0, sortable=True),
    _soul("born", "date", "{t}.born", sortable=True),
    _soul("seen_at", "datetime", "{t}.seen_at", sortable=True),
    _soul("stage", "choice", "{t}.stage", choices=lambda: STAGES, sortable=True, sort_sql='{t}.stage COLLATE "C"'),
    _soul("is_vip", "bool", "{t}.is_vip", sortable=True),
    _soul("keeper", "ref", "{t}.keeper_id", refers_to="member"),
    _soul("labels", "tags", "{t}.labels", array_of="bigint", choices=lambda: LABELS),
    _soul("tags", "tags", "g.name",
          exists=Exists("SELECT 1 FROM world_tag g WHERE g.soul_id = {t}.id AND g.name <> '' AND {value}")),
    _soul("handle", "text", "g.name", exists=Exists("SELECT 1 FROM world_tag g WHERE g.soul_id = {t}.id AND {value}")),
    _soul("lead_name", "text", "{lead}.name", join=LEAD),
    _soul("custom.size", "number", "({t}.custom->>'size')::numeric", sortable=True),
    _soul("custom.motto", "text", "({t}.custom->>'motto')"),
    _soul("custom.likes", "choices", "({t}.custom->'likes')"),
    _soul("custom.100%", "bool", "({t}.custom->>'100%')::boolean"),
    _soul("secret", "text", "{t}.nickname", see="secrets.see"),
]  # fmt: skip
ORDER_TRAITS = [
    Trait(name="amount", subject="world_order", type="money", label="amount", sql="{t}.amount"),
    Trait(name="channel", subject="world_order", type="choice", label="channel", sql="{t}.channel"),
]
BEHAVIOURS = [
    Behaviour(name="order.placed", subject="soul", label="ordered", table="world_order", key="{e}.soul_id", at="{e}.at",
              where="world_order", totals=Totals(join=FIGURES, count="{figures}.orders", first_at="{figures}.first_at",
                                                 last_at="{figures}.last_at")),
    Behaviour(name="web.visited", subject="soul", label="visited", table="world_visit", key="{e}.soul_id", at="{e}.at"),
    Behaviour(name="order.big", subject="soul", label="ordered a lot", table="world_order", key="{e}.soul_id",
              at="{e}.at", condition="{e}.amount > 100 AND 'a%b' LIKE 'a%'", where="world_order",
              where_fields=("channel",)),
]  # fmt: skip


def register() -> None:
    traits.register_trait(*TRAITS, *ORDER_TRAITS)
    traits.register_behaviour(*BEHAVIOURS)


def may_see(verb: str) -> bool:
    return verb != "secrets.see"


NOWS = [
    datetime(2024, 2, 28, 22, 30, tzinfo=UTC),
    datetime(2023, 2, 28, 12, tzinfo=UTC),
    datetime(2024, 12, 30, 23, 59, tzinfo=UTC),
    datetime(2024, 3, 31, 0, 30, tzinfo=UTC),
]
ASKERS = [
    Asker(now=now, may_see=may_see, member_id=7, zone=ZoneInfo(zone))
    for now in NOWS
    for zone in ("Europe/Berlin", "UTC")
]


def a_soul(**values: Any) -> dict[str, Any]:
    """Make a soul of whom only what matters is known."""
    empty = dict.fromkeys(("nickname", "visits", "score", "spent", "spent_in", "born", "seen_at", "stage", "is_vip", "keeper",
                           "team", "labels", "custom", "deleted_at"))  # fmt: skip
    return empty | {"name": "x", "tags": [], "orders": [], "visited": []} | values


def lay_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS world_soul, world_figures, world_team, world_tag, world_order, world_visit"
        )
        cursor.execute(TABLES)


def fill(rows: Sequence[dict[str, Any]]) -> None:
    """Put the souls into the tables in place of those before."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM world_soul; DELETE FROM world_figures; DELETE FROM world_tag; DELETE FROM world_order; "
                       "DELETE FROM world_visit; DELETE FROM world_team; INSERT INTO world_team VALUES (1, 1), (2, 2)")  # fmt: skip
        for number, row in enumerate(rows, 1):
            custom = (
                None
                if row["custom"] is None
                else json.dumps({k: v for k, v in row["custom"].items() if v is not None})
            )
            cursor.execute(
                "INSERT INTO world_soul VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [number, row["name"], fold(row["name"]), row["nickname"], row["visits"], row["score"], row["spent"],
                 row["spent_in"], row["born"], row["seen_at"], row["stage"], row["is_vip"], row["keeper"], row["team"],
                 row["labels"], custom, row["deleted_at"]],
            )  # fmt: skip
            cursor.executemany(
                "INSERT INTO world_tag VALUES (%s, %s)", [(number, tag) for tag in row["tags"]]
            )
            cursor.executemany(
                "INSERT INTO world_visit VALUES (%s, %s)", [(number, at) for at in row["visited"]]
            )
            cursor.executemany(
                "INSERT INTO world_order (soul_id, at, amount, channel) VALUES (%s, %s, %s, %s)",
                [(number, *order) for order in row["orders"]],
            )
        cursor.execute("INSERT INTO world_figures SELECT soul_id, coalesce(sum(amount), 0), count(*), min(at), max(at) "
                       "FROM world_order GROUP BY soul_id")  # fmt: skip


def plain_rows(rows: Sequence[dict[str, Any]]) -> dict[int, Row]:
    """Return the live souls as the reference evaluation reads them."""
    names = {number: row["name"] for number, row in enumerate(rows, 1)}
    return {number: _plain(row, names) for number, row in enumerate(rows, 1) if row["deleted_at"] is None}


def _plain(row: dict[str, Any], names: dict[int, str]) -> Row:
    custom = row["custom"] or {}
    orders = [Event(at, {"amount": amount, "channel": channel}) for at, amount, channel in row["orders"]]
    values = {
        name: row[name]
        for name in ("name", "nickname", "visits", "score", "born", "seen_at", "stage", "is_vip", "keeper")
    }
    values |= {
        "spent": None if row["spent"] is None else (row["spent"], row["spent_in"]),
        "revenue": sum(amount or 0 for _at, amount, _channel in row["orders"]) if orders else None,
        "orders": len(orders) or None,
        "labels": row["labels"] or [], "tags": row["tags"], "handle": row["tags"],
        "lead_name": names.get(row["team"]) if row["team"] in (1, 2) else None,
        "custom.size": None if custom.get("size") is None else Decimal(str(custom["size"])),
        "custom.motto": custom.get("motto"), "custom.likes": custom.get("likes") or [], "custom.100%": custom.get("100%"),
    }  # fmt: skip
    big = [event for event in orders if (event.values["amount"] or 0) > 100]
    events = {"order.placed": orders, "order.big": big, "web.visited": [Event(at) for at in row["visited"]]}
    return Row(values, events)
