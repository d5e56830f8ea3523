"""The statements that merge a staged chunk of people: one for each noun, over the rows of one round.

A round holds rows that share no identity, so none waits for another; `import_match` says whom each row means,
`import_new` which persons are made, `import_changed` which rows changed somebody.
"""

from regulars.people.engine.people_rows import IDENTITY_COLUMNS, PEOPLE_COLUMNS

_TYPES = {
    "row_number": "integer", "round": "integer", "birthday": "date", "created_at": "timestamptz", "keeper_id": "bigint",
    "tags": "text[]", "custom": "jsonb", "place": "integer", "is_partial": "boolean",
}  # fmt: skip


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in names)


STAGING = f"""
CREATE TEMP TABLE IF NOT EXISTS import_people
    ({_columns(PEOPLE_COLUMNS)}, PRIMARY KEY (row_number)) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_identity ({_columns(IDENTITY_COLUMNS)}) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_match
    (row_number integer, person_id bigint, holders integer, is_deleted boolean, is_again boolean NOT NULL DEFAULT false)
    ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_new (row_number integer, person_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_changed (row_number integer, person_id bigint) ON COMMIT DELETE ROWS;
TRUNCATE import_people, import_identity, import_match, import_new, import_changed;
"""
# Whom earlier rows of this file meant; whoever was last written by this run need not be noted.
SEEN = """
CREATE TEMP TABLE IF NOT EXISTS import_seen (person_id bigint PRIMARY KEY);
TRUNCATE import_seen;
"""
COPY_PEOPLE = f"COPY import_people ({', '.join(PEOPLE_COLUMNS)}) FROM STDIN"
COPY_IDENTITIES = f"COPY import_identity ({', '.join(IDENTITY_COLUMNS)}) FROM STDIN"
CLEAR_ROUND = "TRUNCATE import_match, import_new, import_changed"

# Several people at one company or household share a website, so it tells nobody apart.
# Scalar subqueries, so that each row is looked up by index: of a table that grew since it was last analysed the planner
# thinks it is empty, and would read all of it for each row.
MATCH = """
INSERT INTO import_match
WITH found AS MATERIALIZED (
    SELECT x.row_number, (SELECT i.person_id FROM people_identity i WHERE i.kind = x.kind AND i.value = x.value
                          AND i.ended_at IS NULL AND NOT i.is_shared) AS person_id
    FROM import_people s JOIN import_identity x ON x.row_number = s.row_number
    WHERE s.round = %(round)s AND x.kind <> 'website'
    UNION ALL
    SELECT s.row_number, (SELECT t.person_id FROM people_importtrace t WHERE t.trace = s.trace)
    FROM import_people s WHERE s.round = %(round)s AND s.trace IS NOT NULL)
SELECT row_number, min(person_id), count(DISTINCT person_id),
    bool_or((SELECT p.deleted_at IS NOT NULL FROM people_person p WHERE p.id = found.person_id))
FROM found WHERE person_id IS NOT NULL GROUP BY row_number
"""
# Two rows that mean one person by different identities: all but the first wait for the next round.
LATER = """
SELECT row_number FROM (
    SELECT row_number, row_number() OVER (PARTITION BY person_id ORDER BY row_number) AS place
    FROM import_match WHERE holders = 1) AS placed WHERE place > 1
"""
PUT_OFF = """
WITH gone AS (DELETE FROM import_match WHERE row_number = ANY(%(rows)s))
UPDATE import_people SET round = round + 1 WHERE round > %(round)s OR row_number = ANY(%(rows)s)
"""
CONFLICTS = """
SELECT m.row_number, m.holders, m.is_deleted,
    (SELECT string_agg(DISTINCT coalesce(nullif(p.name, ''), '#' || p.id), ', ') FROM import_identity x
     JOIN people_identity i ON i.kind = x.kind AND i.value = x.value AND i.ended_at IS NULL AND NOT i.is_shared
     JOIN people_person p ON p.id = i.person_id WHERE x.row_number = m.row_number AND x.kind <> 'website')
FROM import_match m WHERE m.holders > 1 OR m.is_deleted
"""
UNKNOWN = """
SELECT s.row_number FROM import_people s
WHERE s.round = %(round)s AND NOT EXISTS (SELECT FROM import_match m WHERE m.row_number = s.row_number)
"""
AGAIN = """
UPDATE import_match m SET is_again = true
WHERE (SELECT p.updated_at FROM people_person p WHERE p.id = m.person_id) = ANY(%(begun)s)
    OR EXISTS (SELECT FROM import_seen s WHERE s.person_id = m.person_id OFFSET 0)
"""
NOTE_SEEN = "INSERT INTO import_seen SELECT person_id FROM import_match WHERE NOT is_again"
FORGET = "DELETE FROM import_match WHERE holders > 1 OR is_deleted"
NEW = """
INSERT INTO import_new
SELECT row_number, nextval((SELECT pg_get_serial_sequence('people_person', 'id'))::regclass) FROM (
    SELECT s.row_number FROM import_people s
    WHERE s.round = %(round)s AND NOT EXISTS (SELECT FROM import_match m WHERE m.row_number = s.row_number)
    ORDER BY s.row_number) AS unknown
"""
# By name, as the lists' indexes are ordered: neighbours go to the same pages (a quarter less time for a chunk of 10,000).
NEW_PEOPLE = """
INSERT INTO people_person (
    id, name, first_name, last_name, sort_name, job_title, language, time_zone, country, city, birthday, stage, stage_since,
    health, acquired_channel, acquired_campaign, acquired_currency, preferred_channel, tag_ids, custom, is_demo, created_at,
    updated_at, version, keeper_id, team_id)
SELECT n.person_id, coalesce(s.name, ''), coalesce(s.first_name, ''), coalesce(s.last_name, ''), s.sort_name,
    coalesce(s.job_title, ''), coalesce(s.language, ''), coalesce(s.time_zone, ''), coalesce(s.country, ''),
    coalesce(s.city, ''), s.birthday, 'reached', coalesce(s.created_at, %(at)s), '', coalesce(s.acquired_channel, ''),
    coalesce(s.acquired_campaign, ''), '', '', '{}', coalesce(s.custom, '{}'), %(is_demo)s,
    coalesce(s.created_at, %(at)s), %(at)s, 1, s.keeper_id, %(team)s
FROM import_new n JOIN import_people s ON s.row_number = n.row_number ORDER BY s.sort_name, n.person_id
"""
# Nobody holds them, as we looked a moment ago; looking once more at each costs more than to begin the chunk anew.
NEW_IDENTITIES = """
INSERT INTO people_identity
    (person_id, kind, value, raw, label, is_primary, is_verified, is_shared, created_at)
SELECT n.person_id, x.kind, x.value, coalesce(x.raw, ''), coalesce(x.label, ''), x.place = 0, false, x.kind = 'website', %(at)s
FROM import_new n JOIN import_identity x ON x.row_number = n.row_number ORDER BY n.person_id, x.place
"""
NEW_TRACES = """
INSERT INTO people_importtrace (trace, person_id)
SELECT s.trace, n.person_id FROM import_new n JOIN import_people s ON s.row_number = n.row_number
WHERE s.trace IS NOT NULL ON CONFLICT (trace) DO UPDATE SET person_id = EXCLUDED.person_id
"""
NEW_DOCS = """
INSERT INTO people_searchdoc (subject, subject_id, words)
SELECT 'person', n.person_id, s.words::tsvector
FROM import_new n JOIN import_people s ON s.row_number = n.row_number WHERE s.words IS NOT NULL
"""
CREATED_ROWS = """
SELECT n.person_id, NULL::bigint, coalesce(s.created_at, %s), '', 'person', n.person_id, left(coalesce(s.name, ''), 300),
    NULL::text, '{}'::jsonb
FROM import_new n JOIN import_people s ON s.row_number = n.row_number
"""
# Who is meant by each row of this round, new or known.
MEANT = """(
    SELECT row_number, person_id, true AS is_new FROM import_new
    UNION ALL SELECT row_number, person_id, false FROM import_match)"""
LOCK = """
SELECT p.id FROM people_person p WHERE p.id IN (SELECT person_id FROM import_match) ORDER BY p.id FOR UPDATE
"""
