"""The inbox over many conversations: its lists, a thread, the search of messages and its reports, each against the emptiest request of its kind.

    python benchmarks/inbox.py [CONVERSATIONS] [keep] [cpu] [WORD ...]

Ten messages each. Makes a database of its own, serves it as in production, and prints one JSON line for each promise. With `keep` the database
stays, and the next run with `keep` measures it again: a million conversations take an hour to make.
With `cpu` it asks in process and tells CPU-milliseconds and statements, which hold on a busy machine too.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asked import PARTIAL, Asked, Visitors, page, visitors
from benchmarks.cost import cost
from benchmarks.inbox_world import MESSAGES, PEOPLE, VOCABULARY, fill_inbox
from benchmarks.pages import chosen, get, measure_all, served, tell
from benchmarks.scratch import scratch_database
from benchmarks.world import fill


def main() -> None:
    count = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].isdigit() else ""
    conversations, words = int(count or 1_000_000), sys.argv[2 if count else 1 :]
    is_kept, in_process = "keep" in words, "cpu" in words
    words = [word for word in words if word not in ("keep", "cpu")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    with scratch_database("regulars_inbox", is_kept=is_kept) as url:
        from django.db import connection

        began = time.perf_counter()
        is_there = made(conversations)
        if not is_there:
            fill(connection, min(PEOPLE, conversations), busy=10)
        who = visitors()
        if not is_there:
            fill_inbox(connection, conversations)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            size = cursor.fetchone()[0]
        told = {"conversations": conversations, "messages": conversations * MESSAGES, "size": size}
        tell("world", **told, seconds=0 if is_there else round(time.perf_counter() - began, 1))
        if in_process:
            tell_costs(chosen(asked(who, conversations), words))
            return
        with served(url) as port:
            measure_all(port, chosen(asked(who, conversations), words), conversations)
            for name, path in REPORTS.items():
                if not words or any(word in name for word in words):
                    tell(name, **report_times(port, path, who.owner))


def tell_costs(wanted: list[Asked]) -> None:
    """Tell what each request costs, and how many times its baseline that is."""
    from regulars.config.wsgi import application

    found: dict[str, float] = {}
    for one in wanted:
        spent = cost(application, one)
        found[one.name] = spent["cpu_ms"] + spent["database_cpu_ms"]
        ratio = round(found[one.name] / found[one.against], 2) if one.against in found else None
        tell(one.name, **spent, ratio=ratio, promise=one.promise)


def made(conversations: int) -> bool:
    """Tell whether a kept database holds these conversations already."""
    from regulars.inbox.models import Conversation

    return Conversation.objects.filter(pk=conversations).exists()


# Each is asked once and then again: figures are not kept, so the difference is what was read into memory.
REPORTS = {
    f"report: {by}, {period} days": f"/inbox/reports/?period={period}&by={by}"
    for period in (7, 30, 90)
    for by in ("channel", "member", "team", "tag", "hour")
} | {
    "report: channel, two years": "/inbox/reports/?period=own&from=2000-01-01&to=2100-01-01&by=channel",
    "report: what stands behind a figure": "/inbox/reports/began/?period=90",
}


def report_times(port: int, path: str, cookie: str, times: int = 5) -> dict[str, float]:
    """Return how long a report takes, asked first and, the slowest of several, asked again."""
    spent = []
    for _time in range(times):
        began = time.perf_counter()
        get(port, path, {"Cookie": cookie})
        spent.append(round((time.perf_counter() - began) * 1000))
    return {"first_ms": spent[0], "again_ms": max(spent[1:])}


def asked(who: Visitors, count: int) -> list[Asked]:
    """Return everything that is measured, baselines before what is held against them."""
    pick = random.Random(11)
    threads = [pick.randint(1, count) for _n in range(500)]
    # Every seventh is with the agent's team.
    handed = [one // 7 * 7 or 7 for one in threads]
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
    phrases = [f'"w{one} w{two}"' for one, two in (pick.sample(range(1, 10), 2) for _n in range(500))]
    twice = [f'"w{one} w{one}"' for one in (pick.randint(1, 9) for _n in range(500))]
    searches = {
        "one rare word": rare, "one common word": common, "two words": both, "a phrase": phrases,
        "a common word twice in a row": twice, "one word, ours only": common, "a word nobody wrote": ["nobody"],
    }  # fmt: skip
    return [
        page("empty shell", who.owner, "/kit/shell/"),
        *(
            page(f"inbox: {name}", who.owner, f"/inbox/?in={slug}", against="empty shell", promise=4)
            for name, slug in lists
        ),
        page("inbox: an agent, everything", who.agent, "/inbox/?in=all", against="empty shell", promise=4),
        page("inbox: an agent, all open", who.agent, "/inbox/?in=open", against="empty shell", promise=4),
        page("a conversation", who.owner, lambda n: f"/inbox/{threads[n % 500]}/", against="empty shell", promise=4),
        page("a conversation, an agent", who.agent, lambda n: f"/inbox/{handed[n % 500]}/", against="empty shell", promise=4),
        page("empty palette", who.owner, "/palette/?q=", PARTIAL),
        page("a conversation as a pane", who.owner, lambda n: f"/inbox/{threads[n % 500]}/", PARTIAL, against="empty shell", promise=4),
        page("rows of a list", who.owner, "/inbox/?in=open", PARTIAL, against="empty shell", promise=4),
        *(
            page(
                f"message search: {name}", who.owner,
                lambda n, asked=asked, name=name: f"/messages/search/?q={quote(asked[n % len(asked)])}{'&direction=out' if 'ours' in name else ''}",
                PARTIAL, against="empty palette", promise=8,
            )
            for name, asked in searches.items()
        ),
        page("message search: an agent, one common word", who.agent, lambda n: f"/messages/search/?q={common[n % 500]}", PARTIAL,
             against="empty palette", promise=8),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
