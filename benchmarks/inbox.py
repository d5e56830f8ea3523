"""The inbox over many conversations: its lists, a thread, and the search of messages, each against the emptiest request of its kind.

    python benchmarks/inbox.py [CONVERSATIONS] [WORD ...]

Ten messages each. Makes a database of its own, serves it as in production, and prints one JSON line for each promise.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asked import PARTIAL, Asked, Visitors, page, visitors
from benchmarks.pages import chosen, measure_all, served, tell
from benchmarks.scratch import scratch_database
from benchmarks.world import fill

PEOPLE, MESSAGES = 100_000, 10
# Word n of the vocabulary stands in a message about as often as words of a language do: few are everywhere, most are rare.
VOCABULARY, WORDS_EACH = 20_000, 24
THREADS = """
INSERT INTO messaging_thread (subject, person_id, started_at, last_message_at)
SELECT 'Order ' || n, 1 + n %% {people}, now() - (({count} - n) || ' minutes')::interval, now() - (({count} - n) || ' minutes')::interval
FROM generate_series(1, {count}) n
"""
MESSAGE_ROWS = """
INSERT INTO messaging_message (
    thread_id, channel_id, direction, kind, person_id, sender_name, sender_email, subject, message_id, content_key, text, words,
    signature, quoted, html, held_back, sent_at, received_at, threading, author_label, message_class, purpose, in_reply_to, reference_ids, is_public, proof)
SELECT n, {channel}, CASE WHEN m %% 2 = 0 THEN 'out' ELSE 'in' END, 'human', 1 + n %% {people}, '', 'p' || n || '@example.org', 'Order ' || n,
    '', n || '-' || m, body.said, 'order ' || n || ' ' || body.said, '', '', '', 0, at.moment, at.moment, 'new', '', '', '', '', '', false, 'none'
FROM generate_series(%s, %s) n CROSS JOIN generate_series(1, {messages}) m
CROSS JOIN LATERAL (SELECT now() - ((({count} - n) * {messages} + {messages} - m) || ' seconds')::interval AS moment) at
CROSS JOIN LATERAL (
    SELECT string_agg('w' || (1 + floor(power(random(), 4) * {vocabulary}))::int, ' ') AS said
    FROM generate_series(1, {each} + 0 * n * m)) body
"""
CONVERSATIONS = """
INSERT INTO inbox_conversation (
    id, channel_id, person_id, subject, sender, beginning, state, priority, last_message_at, last_message_id, started_at, waiting_since,
    closed_at, reopened_count, sequence, tag_ids, assignee_id, team_id)
SELECT t.id, {channel}, t.person_id, t.subject, 'p' || t.id || '@example.org', 'Where is it?',
    CASE WHEN t.id %% 20 = 0 THEN 'open' WHEN t.id %% 20 = 1 THEN 'waiting' ELSE 'closed' END, 1 + (t.id %% 50 = 0)::int, t.last_message_at, 0,
    t.started_at, CASE WHEN t.id %% 20 = 0 THEN t.last_message_at END, CASE WHEN t.id %% 20 > 1 THEN t.last_message_at END, 0, 1, '{{}}',
    CASE WHEN t.id %% 3 = 0 THEN {owner} END, CASE WHEN t.id %% 7 = 0 THEN (SELECT min(id) FROM team_team) END
FROM messaging_thread t
"""
SHARE = 50_000


def main() -> None:
    count = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].isdigit() else ""
    conversations, words = int(count or 1_000_000), sys.argv[2 if count else 1 :]
    with scratch_database("regulars_inbox") as url:
        from django.db import connection

        began = time.perf_counter()
        fill(connection, min(PEOPLE, conversations), busy=10)
        who = visitors()
        fill_inbox(connection, conversations)
        told = {"conversations": conversations, "messages": conversations * MESSAGES}
        tell("world", **told, seconds=round(time.perf_counter() - began, 1))
        with served(url) as port:
            measure_all(port, chosen(asked(who, conversations), words), conversations)


def fill_inbox(connection: Any, count: int) -> None:
    """Fill the tables of messages and conversations; the index of words is made when all are there."""
    from regulars.kit.clock import now
    from regulars.messaging.models import Channel
    from regulars.team.models import Member

    channel = Channel.objects.create(name="Mail", address="desk@example.org", created_at=now())
    owner = Member.objects.get(email="owner@measured.example")
    values = {
        "people": min(PEOPLE, count), "count": count, "messages": MESSAGES, "channel": channel.pk, "vocabulary": VOCABULARY,
        "each": WORDS_EACH, "owner": owner.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('message_by_words'::regclass)")
        index = cursor.fetchone()[0]
        cursor.execute("DROP INDEX message_by_words")
        cursor.execute(THREADS.format(**values).replace("%%", "%"))
        for first in range(1, count + 1, SHARE):
            cursor.execute(MESSAGE_ROWS.format(**values), [first, min(first + SHARE - 1, count)])
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(index)
        cursor.execute(CONVERSATIONS.format(**values).replace("%%", "%"))
        for table in ("messaging_thread", "messaging_message", "inbox_conversation"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def asked(who: Visitors, count: int) -> list[Asked]:
    """Return everything that is measured, baselines before what is held against them."""
    pick = random.Random(11)
    threads = [pick.randint(1, count) for _n in range(500)]
    lists = (
        ("mine", "mine"),
        ("unassigned", "unassigned"),
        ("all open", "open"),
        ("everything", "all"),
        ("closed", "closed"),
    )
    rare = [f"w{pick.randint(VOCABULARY // 2, VOCABULARY)}" for _n in range(500)]
    common = [f"w{pick.randint(1, 40)}" for _n in range(500)]
    both = [f"{pick.choice(common)} {pick.choice(rare)}" for _n in range(500)]
    phrases = [f'"w{pick.randint(1, 9)} w{pick.randint(1, 9)}"' for _n in range(500)]
    searches = {
        "one rare word": rare, "one common word": common, "two words": both, "a phrase": phrases,
        "one word, ours only": common, "a word nobody wrote": ["nobody"],
    }  # fmt: skip
    return [
        page("empty shell", who.owner, "/kit/shell/"),
        *(
            page(f"inbox: {name}", who.owner, f"/inbox/?in={slug}", against="empty shell", promise=4)
            for name, slug in lists
        ),
        page("inbox: an agent", who.agent, "/inbox/?in=all", against="empty shell", promise=4),
        page("a conversation", who.owner, lambda n: f"/inbox/{threads[n % 500]}/", against="empty shell", promise=4),
        page("empty palette", who.owner, "/palette/?q=", PARTIAL),
        *(
            page(
                f"message search: {name}", who.owner,
                lambda n, asked=asked, name=name: f"/messages/search/?q={quote(asked[n % len(asked)])}{'&direction=out' if 'ours' in name else ''}",
                PARTIAL, against="empty palette", promise=8,
            )
            for name, asked in searches.items()
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
