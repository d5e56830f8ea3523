"""The pages of measures, written from their registry: docs/use/metrics/."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import override

from regulars.kit.metrics import Metric, metrics

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "use" / "metrics"
INDEX = "README.md"
UNITS = {
    "money": "money, in the business's currency", "rate": "a share, in per cent", "count": "a number", "days": "days", "hours": "hours",
    "ratio": "a ratio, so much to one", "index": "an index without a unit",
}  # fmt: skip
GRAINS = {
    "person": "people", "order": "orders", "line": "order lines", "refund": "refunds", "product": "products",
    "conversation": "conversations", "touchpoint": "touchpoints", "business": "the business",
}  # fmt: skip
INTERVALS = {
    "none": "none",
    "wilson": "95 %, by Wilson, which stays true for few people and for shares near 0 and 1",
    "mean": "95 % of the mean",
    "given": "95 %, reckoned with the figure",
}
HEAD = """# Measures

Every measure with its definition, formula, source and an example. These pages are written by `python manage.py document_metrics` from the
measures themselves; a test compares them. The same words stand beside each figure on its page and in the API.

"""


def metric_pages() -> Mapping[str, str]:
    """Return the text of every page by the name of its file."""
    with override("en"):
        known = metrics()
        pages = {f"{name}.md": _page(metric) for name, metric in known.items()}
        lines = [f"- [{metric.label}]({name}.md): {metric.definition}\n" for name, metric in known.items()]
    return {INDEX: HEAD + "".join(lines), **pages}


def _page(metric: Metric) -> str:
    return "\n".join(
        [
            f"# {metric.label}\n",
            f"{metric.definition}\n",
            *_facts(metric),
            *_choices(metric),
            *_asking(metric),
        ]
    )


def _facts(metric: Metric) -> list[str]:
    people = "opens the people behind it" if metric.people else "has no people behind it"
    return [
        f"- **Formula**: {metric.formula}",
        f"- **Example**: {metric.example}",
        f"- **Source**: {metric.source}",
        f"- **Told in**: {UNITS[metric.unit]}; it rests on {GRAINS[metric.grain]} and {people}",
        f"- **Interval**: {INTERVALS[metric.interval]}",
        f"- **Told apart by**: {', '.join(_words(metric)) or 'nothing'}",
        f"- **Reads**: {', '.join(f'`{name}`' for name in metric.inputs)}",
    ]


def _words(metric: Metric) -> list[str]:
    from regulars.insights.queries.answers import grouping_label

    names = [
        *metric.groups,
        *(["period"] if metric.drawn == "line" and "period" not in metric.groups else []),
    ]
    return [f"{grouping_label(name).lower()} (`{name}`)" for name in names]


def _choices(metric: Metric) -> list[str]:
    if not metric.choices:
        return []
    rows = [f"| `{one.name}` | {one.label} | {one.default:g} |" for one in metric.choices]
    return ["\nWhat can be chosen:\n", "| name | what | unless chosen |", "|---|---|---|", *rows]


def _asking(metric: Metric) -> list[str]:
    by = f" --by {metric.groups[0]}" if metric.groups else ""
    return [f"\n    regulars insights show {metric.name}{by}\n"]
