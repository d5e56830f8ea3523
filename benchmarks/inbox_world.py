"""A made-up inbox for measurements: conversations of ten messages each, with all that stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PEOPLE, MESSAGES = 100_000, 10
# Word n of the vocabulary stands in a message about as often as words of a language do: few are everywhere, most are rare.
VOCABULARY, WORDS_EACH = 20_000, 24
TAGS = 20
SHARE = 50_000
# A conversation ends so many minutes ago as there are younger ones; its messages came three hours after each other.
ENDED = "(now() - ({count} - {n}) * interval '1 minute')"
SAID = "({ended} - ({messages} - m) * interval '3 hours')"
THREADS = """
INSERT INTO messaging_thread (subject, person_id, started_at, last_message_at)
SELECT 'Order ' || n, 1 + n % {people}, {ended} - interval '27 hours', {ended} FROM generate_series(1, {count}) n ORDER BY n
"""
# A letter in, our answer, and so on; one conversation in twenty waits for us, one for the customer.
MESSAGE_ROWS = """
INSERT INTO messaging_message (
    thread_id, channel_id, direction, kind, person_id, sender_name, sender_email, subject, message_id, content_key, text, words,
    signature, quoted, html, held_back, sent_at, received_at, threading, author_label, message_class, purpose, in_reply_to, reference_ids,
    is_public, proof)
SELECT n, {channel}, CASE WHEN {is_ours} THEN 'out' ELSE 'in' END, 'human', 1 + n % {people}, '', 'p' || n || '@example.org', 'Order ' || n,
    '', n || '-' || m, body.said, 'order ' || n || ' ' || body.said, '', '', '', 0, {said}, {said}, 'new', CASE WHEN {is_ours} THEN 'Owner'
    ELSE '' END, '', '', '', '', false, 'none'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n CROSS JOIN generate_series(1, {messages}) m
CROSS JOIN LATERAL (
    SELECT string_agg('w' || (1 + floor(power(random(), 4) * {vocabulary}))::int, ' ') AS said
    FROM generate_series(1, {each} + 0 * n * m)) body
ORDER BY n, m
"""
IS_OURS = "((m + (n % 20 <> 0)::int) % 2 = 1)"
SENDINGS = """
INSERT INTO messaging_sending (message_id, email, name, domain, role, state, is_urgent, due_at, tries, reason, provider_id, created_at, sent_at)
SELECT id, sender_email, '', 'example.org', 'to', 'delivered', true, sent_at, 1, '', '', sent_at, sent_at
FROM messaging_message WHERE direction = 'out'
"""
CONVERSATIONS = """
INSERT INTO inbox_conversation (
    id, channel_id, person_id, subject, sender, beginning, state, priority, last_message_at, last_message_id, started_at, waiting_since,
    closed_at, reopened_count, sequence, tag_ids, assignee_id, team_id)
SELECT n, {channel}, t.person_id, t.subject, 'p' || n || '@example.org', 'Where is it? I ordered it last week and nothing came yet.',
    CASE WHEN n % 20 = 0 THEN 'open' WHEN n % 20 = 1 THEN 'waiting' ELSE 'closed' END, 1 + (n % 50 = 0)::int, t.last_message_at,
    n * {messages}, t.started_at, CASE WHEN n % 20 = 0 THEN t.last_message_at END, CASE WHEN n % 20 > 1 THEN t.last_message_at END, 0,
    {messages} + (n % 20 > 1)::int, CASE WHEN n % 4 = 0 THEN ARRAY[1 + n / 4 % {tags}] ELSE '{{}}' END, CASE WHEN n % 3 = 0 THEN {owner} END,
    CASE WHEN n % 7 = 0 THEN (SELECT min(id) FROM team_team) END
FROM messaging_thread t CROSS JOIN LATERAL (SELECT t.id AS n) one
"""
LINES = """
INSERT INTO inbox_line (conversation_id, sequence, kind, about, actor_label, member_id, at)
SELECT thread_id, (id - 1) % {messages} + 1, CASE WHEN direction = 'out' THEN 'answered' WHEN (id - 1) % {messages} < 2 THEN 'opened'
    ELSE 'received' END, jsonb_build_object('message', id), CASE WHEN direction = 'out' THEN 'Owner' ELSE '' END,
    CASE WHEN direction = 'out' THEN {owner} END, received_at
FROM messaging_message
"""
CLOSINGS = """
INSERT INTO inbox_line (conversation_id, sequence, kind, about, actor_label, member_id, at)
SELECT id, {messages} + 1, 'closed', '{{}}', 'Owner', {owner}, closed_at FROM inbox_conversation WHERE closed_at IS NOT NULL
"""
TARGETS = """
INSERT INTO inbox_responsetarget (name, position, is_active, condition, people, first_minutes, next_minutes, resolution_minutes,
    warn_minutes, created_at) VALUES ('Everybody', 1, true, '{{}}', '{{}}', 240, 240, 2880, 15, now())
"""
# The first answer of each, the resolution of what is closed, and what is promised to those who wait now.
CLOCKS = """
INSERT INTO inbox_clock (conversation_id, kind, target_id, started_at, allowed, warn_before, used, running_since, due_at, warn_at,
    warned_at, missed_at, done_at, done_by_id)
SELECT c.id, k.kind, (SELECT min(id) FROM inbox_responsetarget), k.began, k.allowed, 900, k.used, CASE WHEN k.done IS NULL THEN k.began END,
    CASE WHEN k.done IS NULL THEN k.due END, CASE WHEN k.done IS NULL THEN k.due - interval '15 minutes' END,
    CASE WHEN k.done IS NULL AND k.due < now() + interval '15 minutes' THEN now() END,
    CASE WHEN c.id % 10 = 0 AND k.done IS NOT NULL THEN k.done END, k.done, CASE WHEN k.done IS NOT NULL THEN c.assignee_id END
FROM inbox_conversation c CROSS JOIN LATERAL (VALUES
    ('first', c.started_at, c.started_at + (c.id % 600) * interval '1 minute', 14400, c.id % 600 * 60, now(), true),
    ('resolution', c.started_at, c.closed_at, 172800, c.id % 172800, now(), c.closed_at IS NOT NULL),
    ('next', c.last_message_at, NULL, 14400, 0, now() + (c.id % 1000 - 20) * interval '1 minute', c.state = 'open')
) k(kind, began, done, allowed, used, due, is_there) WHERE k.is_there
"""
SCORES = """
INSERT INTO inbox_satisfaction (conversation_id, person_id, member_id, secret, language, created_at, asked_at, reason, score, comment,
    answered_at)
SELECT id, person_id, assignee_id, 's' || id, 'en', closed_at, closed_at + interval '2 hours', '', CASE WHEN id % 30 = 3 THEN 1 + id / 30 % 5 END,
    '', CASE WHEN id % 30 = 3 THEN closed_at + interval '1 day' END
FROM inbox_conversation WHERE closed_at IS NOT NULL AND id % 10 = 3
"""
READERS = """
INSERT INTO inbox_reader (conversation_id, member_id, read_at)
SELECT id, {owner}, last_message_at + interval '1 hour' FROM inbox_conversation WHERE id % 40 <> 0
"""
ORDERS = """
INSERT INTO commerce_order (source, number, placed_at, status, currency, total_minor, refunded_minor, shipping_minor, discount_minor,
    tax_minor, base_minor, base_refunded_minor, line_count, channel, campaign, coupon, country, custom, is_demo, created_at, updated_at,
    version, person_id)
SELECT 'measured', n::text, now() - n * interval '1 minute', 'paid', 'EUR', 1000, 0, 0, 0, 0, 1000, 0, 1, '', '', '', '', '{{}}', false,
    now(), now(), 1, 1 + n % {people} FROM generate_series(1, {count}) n
"""
FILLED = (
    "messaging_thread", "messaging_message", "messaging_sending", "inbox_conversation", "inbox_line", "inbox_clock",
    "inbox_satisfaction", "inbox_reader", "commerce_order",
)  # fmt: skip


def fill_inbox(connection: Any, count: int) -> None:
    """Fill the tables of messages and conversations; their indexes are made when all rows are there."""
    from regulars.kit.clock import now
    from regulars.messaging.models import Channel
    from regulars.people.models import Tag
    from regulars.team.models import Member

    channel = Channel.objects.create(name="Mail", address="desk@example.org", created_at=now())
    owner = Member.objects.get(email="owner@measured.example")
    Tag.objects.bulk_create(
        Tag(name=f"Matter {n}", colour="sky", created_at=now()) for n in range(1, TAGS + 1)
    )
    words = {
        "people": min(PEOPLE, count),
        "count": count,
        "messages": MESSAGES,
        "channel": channel.pk,
        "tags": TAGS,
    }
    words |= {"vocabulary": VOCABULARY, "each": WORDS_EACH, "owner": owner.pk, "is_ours": IS_OURS}
    words["ended"] = ENDED.format(count=count, n="n")
    words["said"] = SAID.format(ended=words["ended"], messages=MESSAGES)
    with connection.cursor() as cursor, without_indexes(cursor, FILLED):
        cursor.execute(THREADS.format(**words))
        for first in range(1, count + 1, SHARE):
            last = min(first + SHARE - 1, count)
            shared = MESSAGE_ROWS.format(**words).replace(" % ", " %% ")
            cursor.execute(shared, {"first": first, "last": last})
        for statement in (SENDINGS, CONVERSATIONS, LINES, CLOSINGS, TARGETS, CLOCKS, SCORES, READERS, ORDERS):
            cursor.execute(statement.format(**words))
    with connection.cursor() as cursor:
        for table in FILLED:
            cursor.execute(f"VACUUM ANALYZE {table}")


@contextmanager
def without_indexes(cursor: Any, tables: tuple[str, ...]) -> Iterator[None]:
    """Drop what is no constraint and make it again afterwards; what the rows point to is not checked meanwhile."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text = ANY(%s) "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SET synchronous_commit = off")
    for name, _made in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("RESET session_replication_role")
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for _name, made in indexes:
        cursor.execute(made)
