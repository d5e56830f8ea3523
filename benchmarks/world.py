"""A made-up world of many people for measurements: names of 56,000 surnames, figures, words to search, one busy person."""

from __future__ import annotations

import itertools
from typing import Any

FIRST = [
    "Anna",
    "Mia",
    "Eeva",
    "Olga",
    "Lukas",
    "Noah",
    "Emma",
    "Ida",
    "Bence",
    "Aino",
    "Jonas",
    "Kata",
    "Søren",
    "Zoe",
    "Maria",
    "Oskar",
    "Leo",
    "Elsa",
    "Nils",
    "Saga",
    "Inka",
    "Otto",
    "Vera",
    "Hugo",
]
STARTS = [
    "Vir",
    "Kor",
    "Lah",
    "Nie",
    "Mak",
    "Har",
    "Tam",
    "Sal",
    "Joh",
    "And",
    "Han",
    "Kov",
    "Nag",
    "Jan",
    "Kaz",
    "Pet",
    "Mul",
    "Gar",
    "Fer",
    "Bru",
    "Lin",
    "Ber",
    "Dal",
    "Sol",
    "Hol",
    "Wes",
    "Ost",
    "Nor",
    "Sun",
    "Mor",
]
MIDDLES = [
    "ta",
    "ni",
    "ko",
    "le",
    "ri",
    "sa",
    "mi",
    "ve",
    "lo",
    "ha",
    "pe",
    "ki",
    "no",
    "ra",
    "se",
    "tu",
    "vi",
    "ma",
    "de",
    "ro",
]
ENDS = [
    "nen",
    "la",
    "maa",
    "sen",
    "sson",
    "berg",
    "lund",
    "ic",
    "as",
    "is",
    "ov",
    "ski",
    "er",
    "mann",
    "ez",
    "ti",
    "ro",
    "vic",
    "dal",
    "strom",
    "nes",
    "holm",
    "vik",
    "feld",
    "stad",
]
TABLES = [
    "people_person",
    "people_identity",
    "commerce_personfigures",
    "people_searchdoc",
    "people_word",
    "people_worddeletion",
    "timeline_touchpoint",
]

PEOPLE = """
INSERT INTO people_person (id, name, first_name, last_name, sort_name, job_title, language, time_zone, country, city, birthday,
    team_id, stage, stage_since, health, acquired_channel, acquired_campaign, acquired_currency, preferred_channel, tag_ids, custom,
    is_demo, created_at, updated_at, last_touch_at, version)
SELECT n, f.name || ' ' || s.name, f.name, s.name, lower(s.name || ' ' || f.name), '', 'fi', '',
    (ARRAY['FI','SE','NO','LT','HU','DE','GB','EE'])[1 + n % 8], (ARRAY['Helsinki','Oslo','Vilnius','Pest','Turku'])[1 + n % 5], NULL,
    (SELECT min(id) FROM team_team) + (n %% 10), (ARRAY['reached','acquired','acquired','nurtured','retained'])[1 + n % 5], now(),
    CASE WHEN n % 1000 = 7 THEN 'at_risk' WHEN n % 5 = 0 THEN '' ELSE 'steady' END, '', '', '', '', '{}',
    jsonb_build_object('roast', (ARRAY['light','dark','medium'])[1 + n % 3]), false,
    now() - n * interval '37 seconds', now(), now() - (n::bigint * 7919 % 1000000) * interval '61 seconds', 1
FROM generate_series(1, %(people)s) n
JOIN bench_first f ON f.id = n % %(firsts)s JOIN bench_last s ON s.id = (n::bigint * 7919) % %(lasts)s"""
IDENTITIES = """
INSERT INTO people_identity (person_id, kind, value, raw, label, is_primary, is_verified, is_shared, created_at)
SELECT n, k.kind, CASE k.kind WHEN 'email' THEN 'p' || n || '@mail' || n % 97 || '.example' ELSE '+35840' || lpad(n::text, 7, '0') END,
    '', '', true, false, false, now() FROM generate_series(1, %(people)s) n, (VALUES ('email'), ('phone')) k(kind)"""
FIGURES = """
INSERT INTO commerce_personfigures (person_id, order_count, refund_count, revenue_minor, refunded_minor, first_order_at, last_order_at,
    purchase_days, usual_interval_days, updated_at)
SELECT n, n % 23, 0, (n::bigint * 104729) % 900000, 0, now() - interval '900 days', now() - (n % 700) * interval '1 day', n % 23, 30, now()
FROM generate_series(1, %(people)s) n WHERE n % 5 <> 0"""
DOCS = """
INSERT INTO people_searchdoc (subject, subject_id, words)
SELECT 'person', p.id, (quote_literal(lower(p.first_name)) || ':1A ' || quote_literal(lower(p.last_name)) || ':1A ''p' || p.id || '@mail'
    || p.id % 97 || '.example'':1B ''p' || p.id || ''':1B ''35840' || lpad(p.id::text, 7, '0') || ''':1B')::tsvector FROM people_person p"""
# What the night's recount would find, without reading every document again.
COUNTS = """
UPDATE people_word w SET docs = c.docs FROM (
    SELECT word, count(*) AS docs FROM (SELECT lower(first_name) AS word FROM people_person UNION ALL SELECT lower(last_name)
        FROM people_person) AS n GROUP BY word) AS c WHERE c.word = w.word"""
TOUCHPOINTS = """
INSERT INTO timeline_touchpoint (kind, person_id, occurred_at, recorded_at, actor_kind, actor_label, channel, subject_type, label,
    payload, depth, is_silent)
SELECT CASE WHEN n % 20011 = 0 THEN 'stage.moved' WHEN n % 9 = 0 THEN 'note.written' ELSE 'order.placed' END, %(person)s,
    now() - n * interval '47 minutes', now(), 'import', 'measurement', 'web', 'order', 'Order ' || n, '{}', 0, true
FROM generate_series(1, %(many)s) n"""


def surnames(count: int = 56_000) -> list[str]:
    """Return so many different surnames, the same on every run."""
    made = ("".join(parts) for parts in itertools.product(STARTS, MIDDLES, ("", *MIDDLES), ENDS))
    return list(dict.fromkeys(itertools.islice(made, count * 3)))[::3][:count]


def fill(connection: Any, people: int, busy: int = 100_000) -> None:
    """Fill an empty, migrated database: so many people, the first with 10 touchpoints, the second with `busy` of them."""
    from regulars.people.actions.search import learn_words

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO team_team (name, created_at) SELECT 'Team ' || n, now() FROM generate_series(1, 10) n"
        )
        firsts, lasts = _names(cursor, "bench_first", FIRST), _names(cursor, "bench_last", surnames())
        values = {"people": people, "firsts": firsts, "lasts": lasts}
        for statement in (PEOPLE, IDENTITIES, FIGURES):
            cursor.execute(_filled(statement, values))
        cursor.execute(DOCS)
        cursor.execute(_filled(TOUCHPOINTS, {"person": 1, "many": 10}))
        cursor.execute(_filled(TOUCHPOINTS, {"person": 2, "many": busy}))
        cursor.execute("SELECT setval(pg_get_serial_sequence('people_person', 'id'), %s)", [people])
    learn_words([word.lower() for word in [*FIRST, *surnames()]])
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def _names(cursor: Any, table: str, names: list[str]) -> int:
    cursor.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, name text)")
    cursor.execute(
        f"INSERT INTO {table} SELECT n - 1, name FROM unnest(%s::text[]) WITH ORDINALITY AS u(name, n)",
        [names],
    )
    return len(names)


def _filled(statement: str, values: dict[str, int]) -> str:
    for name, value in values.items():
        statement = statement.replace(f"%({name})s", str(value))
    return statement.replace("%%", "%")
