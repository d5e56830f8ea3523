from __future__ import annotations

from typing import ClassVar

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.events import KindsChanged
from regulars.commerce.models import Kind, Product
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, NotThere, Refused, Text
from regulars.team.models import Business

DEEPEST = 5
# Levels and paths follow from the tree; one statement sets them all right.
RELEVEL = """
    WITH RECURSIVE tree AS (
        SELECT id, ARRAY[id] AS path FROM commerce_kind WHERE parent_id IS NULL
        UNION ALL SELECT k.id, tree.path || k.id FROM commerce_kind k JOIN tree ON k.parent_id = tree.id)
    UPDATE commerce_kind k SET level = cardinality(tree.path), path = tree.path
    FROM tree WHERE tree.id = k.id AND k.path <> tree.path"""


class KindTaken(Refused):
    """There is a kind of this name in this place."""

    code = "kind_taken"
    default: ClassVar[Text] = gettext_lazy("There is a kind of this name here already.")


class KindUnderItself(Refused):
    """A kind can't stand under itself or what stands under it."""

    code = "kind_under_itself"
    default: ClassVar[Text] = gettext_lazy("A kind can't stand under itself.")


class TreeTooDeep(Refused):
    """A tree of kinds has few levels."""

    code = "tree_too_deep"
    default: ClassVar[Text] = gettext_lazy("Kinds go up to five levels deep.")


@transaction.atomic
def create_kind(name: str, *, by: Actor, parent: Kind | None = None) -> Kind:
    """Add a kind of product, on top or under another."""
    level = parent.level + 1 if parent else 1
    if level > DEEPEST:
        raise TreeTooDeep
    kind = _save(Kind(name=_checked(name), parent=parent, level=level))
    relevel_kinds()
    kind.refresh_from_db()
    announce(KindsChanged(kind_id=kind.pk, name=kind.name), by=by, changes={"name": [None, kind.name]})
    return kind


@transaction.atomic
def rename_kind(kind: Kind, name: str, *, by: Actor) -> Kind:
    """Call a kind something else."""
    kind = _lock(kind)
    before, kind.name = kind.name, _checked(name)
    _save(kind)
    announce(KindsChanged(kind_id=kind.pk, name=kind.name), by=by, changes={"name": [before, kind.name]})
    return kind


@transaction.atomic
def move_kind(kind: Kind, parent: Kind | None, *, by: Actor) -> Kind:
    """Put a kind with all under it beneath another, or on top."""
    kind = _lock(kind)
    if parent is not None and parent.pk in branch_ids([kind.pk]):
        raise KindUnderItself
    before, kind.parent = kind.parent_id, parent
    _save(kind)
    relevel_kinds()
    if Kind.objects.filter(level__gt=DEEPEST).exists():
        raise TreeTooDeep
    kind.refresh_from_db()
    announce(
        KindsChanged(kind_id=kind.pk, name=kind.name), by=by, changes={"parent": [before, kind.parent_id]}
    )
    return kind


@transaction.atomic
def delete_kind(kind: Kind, *, by: Actor) -> None:
    """Remove a kind; its products and the kinds under it move up to where it stood."""
    kind = _lock(kind)
    Product.objects.filter(kind=kind).update(kind=kind.parent)
    for child in kind.children.all():
        child.parent = kind.parent
        _save(child)
    number, name = kind.pk, kind.name
    kind.delete()
    relevel_kinds()
    announce(KindsChanged(kind_id=number, name=name), by=by, changes={"name": [name, None]})


@transaction.atomic
def choose_kind_level(level: int, *, by: Actor) -> Business:
    """Say which level of the tree counts when customers are compared by what they buy."""
    if not 1 <= level <= DEEPEST:
        raise Invalid({"kind_level": _("Choose a level from 1 to 5.")})
    business, _new = Business.objects.select_for_update().get_or_create(pk=1)
    before, business.kind_level = business.kind_level, level
    business.save(update_fields=["kind_level", "updated_at"])
    announce(
        KindsChanged(name=_("level %(level)d") % {"level": level}), by=by, changes={"level": [before, level]}
    )
    return business


@transaction.atomic
def relevel_kinds() -> None:
    """Set every kind's level and path by where it stands; needed after kinds were written in bulk."""
    with connection.cursor() as cursor:
        cursor.execute(RELEVEL)


def branch_ids(roots: list[int]) -> set[int]:
    """Return the ids of kinds and of all that stands under them."""
    sql = """
        WITH RECURSIVE branch AS (
            SELECT id FROM commerce_kind WHERE id = ANY(%s)
            UNION SELECT k.id FROM commerce_kind k JOIN branch ON k.parent_id = branch.id)
        SELECT id FROM branch"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [roots])
        return {row[0] for row in cursor.fetchall()}


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 100:
        raise Invalid({"name": _("Enter 1 to %(most)d letters.") % {"most": 100}})
    return name


def _lock(kind: Kind) -> Kind:
    """Hold the whole tree, which is small: two moves at once could otherwise close a circle."""
    found = {one.pk: one for one in Kind.objects.select_for_update().order_by("pk")}.get(kind.pk)
    if found is None:
        raise NotThere
    return found


def _save(kind: Kind) -> Kind:
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as clash:
        raise KindTaken from clash
    return kind
