"""The statements that change people who are known already, and the nouns beside a person: companies, addresses, tags, notes."""

from regulars.people.actions.imports.sql import MEANT

_TEXTS = (
    "job_title", "language", "time_zone", "country", "city", "acquired_channel", "acquired_campaign",
)  # fmt: skip
_NULLABLE = ("birthday", "keeper_id")
_NAMES = ("name", "first_name", "last_name", "sort_name")


def _said(column: str, *, fill: bool) -> str:
    """Return what a column will hold: a blank cell never clears, and filling never overwrites."""
    if column in _NAMES:
        kept = " OR p.name <> ''" if fill else ""
        return f"(CASE WHEN s.name IS NULL{kept} THEN p.{column} WHEN s.is_partial THEN {_part(column)} ELSE coalesce(s.{column}, '') END)"
    if column in _NULLABLE:
        return f"coalesce(p.{column}, s.{column})" if fill else f"coalesce(s.{column}, p.{column})"
    if fill:
        return f"(CASE WHEN p.{column} = '' THEN coalesce(s.{column}, p.{column}) ELSE p.{column} END)"
    return f"coalesce(s.{column}, p.{column})"


def _part(column: str) -> str:
    """Return what a row that gives one part of a name says; the whole is put together afterwards."""
    return f"coalesce(s.{column}, p.{column})" if column in ("first_name", "last_name") else f"p.{column}"


def _custom(*, fill: bool) -> str:
    """Return what the custom column will hold."""
    return "coalesce(s.custom, '{}') || p.custom" if fill else "p.custom || coalesce(s.custom, '{}')"


_FROM = """
FROM import_match m JOIN import_people s ON s.row_number = m.row_number JOIN people_person p ON p.id = m.person_id
"""


def differing(*, fill: bool) -> str:
    """Return the statement that notes whose own fields a row changes."""
    columns = (*_NAMES[:3], *_TEXTS, *_NULLABLE)
    tests = [f"{_said(column, fill=fill)} IS DISTINCT FROM p.{column}" for column in columns]
    tests.append(f"({_custom(fill=fill)}) IS DISTINCT FROM p.custom")
    return f"INSERT INTO import_changed SELECT m.row_number, m.person_id {_FROM} WHERE m.is_again = %(again)s AND ({' OR '.join(tests)})"


def changing(*, fill: bool) -> str:
    """Return the statement that writes what changed, and counts the version up for whatever did."""
    columns = (*_NAMES, *_TEXTS, *_NULLABLE)
    sets = [f"{column} = {_said(column, fill=fill)}" for column in columns]
    return f"""
        UPDATE people_person p SET {", ".join(sets)}, custom = {_custom(fill=fill)}, version = p.version + 1, updated_at = %(at)s
        FROM import_changed c JOIN import_people s ON s.row_number = c.row_number JOIN import_match m ON m.row_number = c.row_number
        WHERE p.id = c.person_id AND m.is_again = %(again)s"""


def contradicting() -> str:
    """Return the query for the rows that say something else of somebody whom an earlier row described."""
    columns = (*_NAMES[:3], *_TEXTS, *_NULLABLE)
    tests = [f"{_said(column, fill=False)} IS DISTINCT FROM {_said(column, fill=True)}" for column in columns]
    tests.append(f"({_custom(fill=False)}) IS DISTINCT FROM ({_custom(fill=True)})")
    return f"SELECT m.row_number {_FROM} WHERE m.is_again AND ({' OR '.join(tests)}) ORDER BY 1"


KNOWN_IDENTITIES = """
WITH wanted AS (
    SELECT m.person_id, m.row_number, x.kind, x.value, x.raw, x.label, x.place,
        NOT EXISTS (SELECT FROM people_identity h WHERE h.person_id = m.person_id AND h.kind = x.kind
                    AND h.is_primary AND h.ended_at IS NULL OFFSET 0) AS is_first
    FROM import_match m JOIN import_identity x USING (row_number)
    WHERE NOT EXISTS (SELECT FROM people_identity h WHERE h.kind = x.kind AND h.value = x.value
                      AND h.ended_at IS NULL AND h.person_id = m.person_id OFFSET 0)),
written AS (
    INSERT INTO people_identity
        (person_id, kind, value, raw, label, is_primary, is_verified, is_shared, created_at)
    SELECT person_id, kind, value, coalesce(raw, ''), coalesce(label, ''),
        is_first AND place = min(place) OVER (PARTITION BY person_id, kind), false, kind = 'website', %(at)s
    FROM wanted ORDER BY person_id, place
    ON CONFLICT (kind, value) WHERE ended_at IS NULL AND NOT is_shared DO NOTHING RETURNING person_id),
noted AS (
    INSERT INTO import_changed SELECT DISTINCT row_number, person_id FROM wanted)
SELECT (SELECT count(*) FROM wanted), (SELECT count(*) FROM written)
"""
NEW_COMPANIES = """
WITH fresh AS (
    INSERT INTO people_company (
        name, sort_name, is_household, website, industry, external_id, street, city, postcode, country, tag_ids, custom, is_demo,
        created_at, updated_at, version)
    SELECT (array_agg(s.company ORDER BY s.row_number))[1], s.company_key, false, '', '', '', '', '', '', '', '{}', '{}',
        %(is_demo)s, %(at)s, %(at)s, 1
    FROM import_people s WHERE s.round = %(round)s AND s.company_key IS NOT NULL
        AND s.row_number IN (SELECT row_number FROM import_new UNION ALL SELECT row_number FROM import_match)
        AND NOT EXISTS (SELECT FROM people_company c WHERE c.sort_name = s.company_key AND c.deleted_at IS NULL OFFSET 0)
    GROUP BY s.company_key ORDER BY s.company_key RETURNING id)
SELECT id FROM fresh
"""
AFFILIATIONS = f"""
WITH meant AS (
    SELECT w.row_number, w.person_id, w.is_new, coalesce(s.job_title, '') AS role,
        (SELECT min(c.id) FROM people_company c WHERE c.sort_name = s.company_key AND c.deleted_at IS NULL) AS company_id
    FROM {MEANT} AS w JOIN import_people s ON s.row_number = w.row_number WHERE s.company_key IS NOT NULL),
written AS (
    INSERT INTO people_affiliation (person_id, company_id, role, is_primary, created_at)
    SELECT w.person_id, w.company_id, left(w.role, 120), w.is_new OR NOT EXISTS (
        SELECT FROM people_affiliation a WHERE a.person_id = w.person_id AND a.is_primary AND a.to_on IS NULL), %(at)s
    FROM meant w ORDER BY w.person_id ON CONFLICT DO NOTHING RETURNING person_id)
INSERT INTO import_changed
SELECT m.row_number, m.person_id FROM import_match m JOIN written ON written.person_id = m.person_id
"""
NEW_ADDRESSES = """
INSERT INTO people_address (person_id, label, street, city, region, postcode, country, is_primary, created_at)
SELECT n.person_id, '', coalesce(s.street, ''), coalesce(s.city, ''), coalesce(s.region, ''), coalesce(s.postcode, ''),
    coalesce(s.country, ''), true, %(at)s
FROM import_new n JOIN import_people s ON s.row_number = n.row_number
WHERE s.street IS NOT NULL OR s.postcode IS NOT NULL OR s.region IS NOT NULL ORDER BY n.person_id
"""
KNOWN_ADDRESSES = """
WITH staged AS (
    SELECT m.row_number, m.person_id, s.street, s.city, s.region, s.postcode, s.country,
        (SELECT min(a.id) FROM people_address a WHERE a.person_id = m.person_id AND a.is_primary) AS address_id
    FROM import_match m JOIN import_people s ON s.row_number = m.row_number
    WHERE m.is_again = %(again)s AND (s.street IS NOT NULL OR s.postcode IS NOT NULL OR s.region IS NOT NULL)),
added AS (
    INSERT INTO people_address (person_id, label, street, city, region, postcode, country, is_primary, created_at)
    SELECT person_id, '', coalesce(street, ''), coalesce(city, ''), coalesce(region, ''), coalesce(postcode, ''),
        coalesce(country, ''), true, %(at)s FROM staged WHERE address_id IS NULL RETURNING person_id),
changed AS (
    UPDATE people_address a SET street = {street}, city = {city}, region = {region}, postcode = {postcode}, country = {country}
    FROM staged s WHERE a.id = s.address_id AND
        ({street}, {city}, {region}, {postcode}, {country}) IS DISTINCT FROM (a.street, a.city, a.region, a.postcode, a.country)
    RETURNING a.person_id)
INSERT INTO import_changed SELECT s.row_number, s.person_id FROM staged s
WHERE s.person_id IN (SELECT person_id FROM added UNION ALL SELECT person_id FROM changed)
"""
TAGS = f"""
WITH said AS (
    SELECT DISTINCT w.row_number, w.person_id, w.is_new, t.id AS tag_id
    FROM {MEANT} AS w JOIN import_people s ON s.row_number = w.row_number
    CROSS JOIN LATERAL unnest(s.tags) AS tag(name) JOIN people_tag t ON lower(t.name) = lower(tag.name)),
written AS (
    INSERT INTO people_persontag (person_id, tag_id, created_at)
    SELECT person_id, tag_id, %(at)s FROM said ORDER BY person_id, tag_id ON CONFLICT DO NOTHING RETURNING person_id, tag_id),
mirrored AS (
    UPDATE people_person p SET tag_ids = ARRAY(
        SELECT DISTINCT unnest(p.tag_ids || fresh.tag_ids) ORDER BY 1)
    FROM (SELECT person_id, array_agg(tag_id) AS tag_ids FROM written GROUP BY person_id) AS fresh WHERE p.id = fresh.person_id)
INSERT INTO import_changed SELECT DISTINCT m.row_number, m.person_id
FROM import_match m JOIN written ON written.person_id = m.person_id
"""
TAG_NAMES = "SELECT DISTINCT tag FROM import_people s CROSS JOIN LATERAL unnest(s.tags) AS tag WHERE s.tags IS NOT NULL"
NEW_TAGS = """
INSERT INTO people_tag (name, colour, created_at) SELECT name, 'slate', %(at)s FROM unnest(%(names)s::text[]) AS name
ORDER BY lower(name) ON CONFLICT DO NOTHING
"""
NOTES = f"""
WITH written AS (
    INSERT INTO people_note (person_id, body, author_id, author_label, created_at, updated_at)
    SELECT w.person_id, s.note, %(author)s, %(author_label)s, coalesce(s.created_at, %(at)s), coalesce(s.created_at, %(at)s)
    FROM {MEANT} AS w JOIN import_people s ON s.row_number = w.row_number
    WHERE s.note IS NOT NULL AND (w.is_new OR NOT EXISTS (
        SELECT FROM people_note n WHERE n.person_id = w.person_id AND n.body = s.note))
    ORDER BY w.person_id RETURNING person_id)
INSERT INTO import_changed SELECT m.row_number, m.person_id FROM import_match m JOIN written ON written.person_id = m.person_id
"""
COUNT_CHANGED = "SELECT count(DISTINCT row_number) FROM import_changed"
CHANGED_PEOPLE = "SELECT DISTINCT person_id FROM import_changed"
# Rows that gave one part of a name only: the whole must be put together anew.
PARTIAL_NAMES = """
SELECT DISTINCT p.id, p.first_name, p.last_name FROM import_changed c
JOIN import_people s ON s.row_number = c.row_number JOIN people_person p ON p.id = c.person_id
WHERE s.is_partial
"""
REPAIR_NAMES = """
UPDATE people_person p SET name = r.name, sort_name = r.sort_name
FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(keys)s::text[]) AS r(id, name, sort_name) WHERE p.id = r.id
"""


def known_addresses(*, fill: bool) -> str:
    """Return the statement that adds or corrects the address of people known already."""
    said = (
        "(CASE WHEN a.{0} = '' THEN coalesce(s.{0}, a.{0}) ELSE a.{0} END)"
        if fill
        else "coalesce(s.{0}, a.{0})"
    )
    names = ("street", "city", "region", "postcode", "country")
    statement = KNOWN_ADDRESSES
    for name in names:
        statement = statement.replace("{" + name + "}", said.format(name))
    return statement
