"""Made-up customers for the gallery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from regulars.kit.clock import now

STAGE_TONES = {
    "reached": "stone",
    "acquired": "sky",
    "nurtured": "teal",
    "retained": "green",
    "advocate": "amber",
}
NAMES = (
    "Ada Lovelace",
    "Grace Hopper",
    "Søren Kierkegaard",
    "Frida Kahlo",
    "Chinua Achebe",
    "Marie Skłodowska-Curie",
    "Nikola Tesla",
    "Rosalind Franklin",
    "Ibn Battuta",
    "Emmy Noether",
    "Alan Turing",
    "Hedy Lamarr",
    "Srinivasa Ramanujan",
    "Astrid Lindgren",
    "李清照",
    "Bartholomew Featherstonehaugh-Cholmondeley",
    "Zoë",
    "Óscar Niemeyer",
    "Mary Seacole",
    "Katherine Johnson",
)
COMPANIES = ("Nordlicht Kaffee", "", "Bright & Sons", "", "Atelier Lumière", "Hav & Hjem", "")
FILTER = {
    "and": [
        {"field": "stage", "op": "any_of", "value": ["retained", "advocate"]},
        {
            "or": [
                {"field": "revenue", "op": "gte", "value": {"amount": "500", "currency": "GBP"}},
                {"field": "tags", "op": "has", "value": "wholesale"},
            ]
        },
        {"did": "order.placed", "at_least": 3, "within_days": 90},
    ]
}


@dataclass
class SamplePerson:
    pk: int
    name: str
    email: str
    stage: str
    company: str
    orders: int
    revenue: int
    seen: datetime
    tags: list[str] = field(default_factory=list)


def people(after: int = 0, count: int = 20) -> list[SamplePerson]:
    """Make the same customers every time."""
    made = []
    for n in range(after, after + count):
        name = NAMES[n % len(NAMES)]
        stage = list(STAGE_TONES)[(n * 7) % 5]
        tags = ["wholesale", "newsletter", "likes tea", "vip"][: n % 5]
        address = f"{name.split()[0].lower()}{n}@example.com" if name.isascii() else ""
        company = COMPANIES[n % len(COMPANIES)]
        made.append(
            SamplePerson(
                n + 1,
                name,
                address,
                stage,
                company,
                40 - n % 37,
                1_234_567 // (n + 1),
                now() - timedelta(hours=n * n * 3 + 1),
                tags,
            )
        )
    return made


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the frame of the gallery its menu."""
    return {
        "member": SamplePerson(3, "Astrid Lindgren", "astrid@example.com", "", "", 0, 0, now()),
        "menu": [
            {"label": "Today", "icon": "sun", "url": "#", "section": "main", "badge": 4},
            {
                "label": "People",
                "icon": "users",
                "url": "/kit/gallery/",
                "section": "main",
                "active": True,
                "key": "g p",
            },
            {"label": "Companies", "icon": "building-store", "url": "#", "section": "main", "key": "g c"},
            {"label": "Orders", "icon": "shopping-bag", "url": "#", "section": "main", "key": "g o"},
            {"label": "Tasks", "icon": "checkbox", "url": "#", "section": "main", "badge": 12, "key": "g t"},
            {"label": "Import", "icon": "file-import", "url": "#", "section": "settings"},
            {"label": "Settings", "icon": "settings", "url": "#", "section": "settings", "key": "g s"},
        ],
        "pinned_views": [
            {"label": "Wavering regulars", "icon": "bookmark", "url": "#"},
            {"label": "New this week", "icon": "bookmark", "url": "#"},
        ],
        "create_menu": [
            {
                "label": "Person",
                "icon": "user-plus",
                "url": "/kit/gallery/drawer/",
                "dialog": True,
                "key": "c",
            },
            {"label": "Company", "icon": "building", "url": "#"},
            {"label": "Task", "icon": "checkbox", "url": "#"},
        ],
        "tasks_url": "#",
        "tasks_count": 12,
        "palette_url": "/kit/gallery/palette/",
        "demo": True,
        "demo_url": "#",
        "account_menu": [{"label": "Your profile", "icon": "user-circle", "url": "#"}],
    }


def moments() -> list[dict[str, Any]]:
    """Give a few touchpoints of every kind."""
    at = now()
    return [
        {
            "id": 1,
            "icon": "shopping-bag",
            "tone": "green",
            "title": "Ordered 3 things",
            "value": "£ 84.20",
            "sub": "Order 536365",
            "actor": "",
            "at": at - timedelta(minutes=4),
            "fresh": True,
            "more": "White hanging heart t-light holder × 6, Cream cupid hearts coat hanger × 2",
        },
        {
            "id": 2,
            "icon": "star",
            "tone": "amber",
            "title": "Became a regular",
            "sub": "Fifth purchase",
            "actor": "by rule",
            "at": at - timedelta(minutes=5),
        },
        {
            "id": 3,
            "icon": "note",
            "tone": "sky",
            "title": "Note",
            "sub": "Has a dog named Riku; wants the catalogue in print.",
            "actor": "Astrid Lindgren",
            "at": at - timedelta(hours=30),
        },
        {
            "id": 4,
            "icon": "receipt-refund",
            "tone": "rose",
            "title": "Got £ 12.50 back",
            "sub": "Order 536201",
            "actor": "Shop import",
            "at": at - timedelta(days=40),
        },
        {"id": 5, "icon": "user-plus", "title": "Met through the newsletter", "at": at - timedelta(days=500)},
    ]


def steps() -> list[dict[str, Any]]:
    """Give the stages with the third one current."""
    names = ["Reached", "Acquired", "Nurtured", "Retained", "Advocate"]
    return [
        {"label": name, "done": n < 2, "now": n == 2, "url": "/kit/gallery/edit/undo/", "hint": "since 4 Mar"}
        for n, name in enumerate(names)
    ]


def tabs() -> list[dict[str, Any]]:
    """Give three tabs."""
    return [
        {"label": "Timeline", "url": "#", "active": True, "icon": "timeline"},
        {"label": "Orders", "url": "#", "count": 12},
        {"label": "Files", "url": "#", "count": 0},
    ]


def found(query: str) -> list[dict[str, Any]]:
    """Find sample customers by the start of a word."""
    hits = [
        person
        for person in people()
        if any(word.lower().startswith(query.lower()) for word in person.name.split())
    ]
    return (
        [
            {
                "label": "People",
                "found": [
                    {
                        "label": person.name,
                        "sub": person.email,
                        "url": f"#{person.pk}",
                        "avatar": person.name,
                        "key": person.pk,
                    }
                    for person in hits[:6]
                ],
            }
        ]
        if query and hits
        else []
    )


def _operators(kind: str, *names: tuple[str, str, str]) -> list[dict[str, str]]:
    return [
        {"name": name, "label": label, "arity": arity, "value_type": "days" if "days" in name else kind}
        for name, label, arity in names
    ]


OPS = {
    "text": _operators(
        "text", ("is", "is", "one"), ("contains", "contains", "one"), ("empty", "is empty", "none")
    ),
    "number": _operators(
        "number",
        ("gte", "is at least", "one"),
        ("lte", "is at most", "one"),
        ("between", "is between", "two"),
    ),
    "money": _operators("money", ("gte", "is at least", "one"), ("between", "is between", "two")),
    "date": _operators(
        "date",
        ("last_days", "is in the last days", "one"),
        ("before", "is before", "one"),
        ("empty", "is empty", "none"),
    ),
    "choice": _operators("choice", ("any_of", "is any of", "many"), ("none_of", "is none of", "many")),
    "tag": _operators("tags", ("has", "has", "one"), ("has_not", "does not have", "one")),
    "bool": _operators("bool", ("is", "is", "one")),
}
TAGS = [{"value": tag, "label": tag} for tag in ("wholesale", "newsletter", "likes tea", "vip")]
CATALOGUE: dict[str, Any] = {
    "fields": [
        {"name": "name", "label": "Name", "group": "Person", "type": "text", "operators": OPS["text"]},
        {
            "name": "stage",
            "label": "Stage",
            "group": "Person",
            "type": "choice",
            "operators": OPS["choice"],
            "choices": [{"value": name, "label": name.title()} for name in STAGE_TONES],
        },
        {
            "name": "tags",
            "label": "Tag",
            "group": "Person",
            "type": "tags",
            "operators": OPS["tag"],
            "choices": TAGS,
        },
        {"name": "created", "label": "Met", "group": "Person", "type": "date", "operators": OPS["date"]},
        {
            "name": "newsletter",
            "label": "Reads the newsletter",
            "group": "Your own fields",
            "type": "bool",
            "operators": OPS["bool"],
        },
        {
            "name": "orders",
            "label": "Orders",
            "group": "Buying",
            "type": "number",
            "operators": OPS["number"],
        },
        {
            "name": "revenue",
            "label": "Revenue",
            "group": "Buying",
            "type": "money",
            "currency": "GBP",
            "operators": OPS["money"],
        },
    ],
    "behaviours": [
        {
            "name": "order.placed",
            "label": "ordered",
            "where": [
                {
                    "name": "total",
                    "label": "Total",
                    "group": "",
                    "type": "money",
                    "currency": "GBP",
                    "operators": OPS["money"],
                }
            ],
        },
        {"name": "note.written", "label": "got a note", "where": []},
    ],
}
