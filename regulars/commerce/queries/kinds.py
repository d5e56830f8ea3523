from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q

from regulars.commerce.models import Kind
from regulars.team.models import Business


@dataclass
class Branch:
    """A kind with what stands under it, and how many products it holds itself and with all below."""

    kind: Kind
    children: list[Branch] = field(default_factory=list)
    own: int = 0

    @property
    def products(self) -> int:
        return self.own + sum(child.products for child in self.children)


def kind_choices() -> list[tuple[str, str]]:
    """Return all kinds as (id, path in words), so that “Home / Candles” can be chosen."""
    names = {kind.pk: kind for kind in Kind.objects.all()}
    told = [
        (" / ".join(names[one].name for one in kind.path if one in names), pk) for pk, kind in names.items()
    ]
    return [(str(pk), words) for words, pk in sorted(told)]


def kind_tree() -> list[Branch]:
    """Return the whole tree with its numbers of products, in the order of names."""
    live = Q(products__deleted_at__isnull=True)
    branches = {
        kind.pk: Branch(kind, own=kind.product_count)
        for kind in Kind.objects.annotate(product_count=Count("products", filter=live)).order_by("name")
    }
    tops: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.kind.parent_id or 0)
        (above.children if above else tops).append(branch)
    return tops


def counting_level() -> int:
    """Return the level of the tree that counts when customers are compared by what they buy."""
    return Business.current().kind_level
