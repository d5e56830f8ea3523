"""Suggested answers on questions by intent: full text alone, likeness alone, both ranked together.

    python benchmarks/suggestions.py TRAIN.csv TEST.csv [PAST ...]

The files have the columns utterance and intent (Bitext's customer-service set). A suggestion is right when its question had the same
intent; each intent is one answer. Makes a database of its own and prints one JSON line for each number of past answers.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.scratch import scratch_database

SEED, LOOKED_AT, AXES = 7, 40, 160
# The statement of the product without its joins, which decide only who may see what.
RANKED = """
SELECT id FROM (SELECT id, words FROM past WHERE words @@ to_tsquery('simple', %s) ORDER BY id DESC LIMIT 2000) found
ORDER BY ts_rank(words, to_tsquery('simple', %s)) DESC, id DESC LIMIT %s"""
Asked = list[tuple[str, str]]


def main() -> None:
    train, test = read(sys.argv[1]), read(sys.argv[2])
    with scratch_database("regulars_suggestions"):
        for count in [int(one) for one in sys.argv[3:]] or [100, 300, 1000, 3000]:
            print(json.dumps(measure(random.Random(SEED).sample(train, count), test)), flush=True)


def measure(past: Asked, test: Asked) -> dict[str, Any]:
    """Return how often the right answer is the first, and among the first three, for each way."""
    from regulars.inbox.engine.vectors import fused

    words = by_words(past, test)
    begun = time.perf_counter()
    likeness = by_likeness(past, test)
    seconds = time.perf_counter() - begun
    ways = {
        "full text": words,
        "likeness": likeness,
        "both": [fused(*pair) for pair in zip(words, likeness, strict=True)],
    }
    told = {
        f"{way} @{most}": round(recall(past, test, found, most), 3)
        for way, found in ways.items()
        for most in (1, 3)
    }
    return {
        "name": "suggestions",
        "past": len(past),
        "held_out": len(test),
        "seconds": round(seconds, 1),
        **told,
    }


def by_words(past: Asked, test: Asked) -> list[list[int]]:
    """Return the past questions full text finds for each."""
    from django.db import connection

    from regulars.inbox.queries.suggestions import words_of

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS past")
        cursor.execute("CREATE TEMP TABLE past (id int, words tsvector)")
        rows = [(number, " ".join(words_of(text))) for number, (text, _intent) in enumerate(past)]
        cursor.executemany("INSERT INTO past VALUES (%s, to_tsvector('simple', %s))", rows)
        found = []
        for text, _intent in test:
            asked = " | ".join(words_of(text))
            cursor.execute(RANKED, [asked, asked, LOOKED_AT])
            found.append([int(row[0]) for row in cursor.fetchall()])
    return found


def by_likeness(past: Asked, test: Asked) -> list[list[int]]:
    """Return the past questions most like each."""
    from regulars.inbox.engine.vectors import learn, nearest
    from regulars.people.engine.names import fold

    texts = [fold(text) for text, _intent in past]
    space = learn(texts, range(len(texts)), AXES)
    if space is None:
        return [[] for _one in test]
    known = space.vectors(texts)
    wanted = space.vectors([fold(text) for text, _intent in test])
    return [[row for row, _cosine in nearest(known, one, LOOKED_AT)] for one in wanted]


def recall(past: Asked, test: Asked, found: list[list[int]], most: int) -> float:
    hits = 0
    for (_text, intent), rows in zip(test, found, strict=True):
        hits += intent in list(dict.fromkeys(past[row][1] for row in rows))[:most]
    return hits / len(test)


def read(path: str) -> Asked:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return [(row["utterance"], row["intent"]) for row in csv.DictReader(file)]


if __name__ == "__main__":
    main()
