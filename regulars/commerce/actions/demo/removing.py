from __future__ import annotations

from typing import Any, ClassVar

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from regulars.commerce.actions.demo.reading import SHOP
from regulars.commerce.actions.rhythm import learn_shop_rhythm
from regulars.commerce.events import DemoRemoved
from regulars.commerce.models import Kind, Order, OrderLine, Product, Refund
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Refused, Text
from regulars.people.actions import forget_search
from regulars.people.models import Company, Note, Person, Tag, Task
from regulars.team.models import Business, Member, Team
from regulars.timeline.actions.doors import withdraw_touchpoints

# Everything that ever happened to what is only a demo.
TOUCHPOINTS = """
    SELECT t.id FROM timeline_touchpoint t JOIN people_person p ON p.id = t.person_id AND p.is_demo
    UNION SELECT t.id FROM timeline_touchpoint t JOIN people_company c ON c.id = t.company_id AND c.is_demo
    UNION SELECT t.id FROM timeline_touchpoint t JOIN commerce_order o ON o.id = t.subject_id AND o.is_demo
        WHERE t.subject_type = 'order'
    UNION SELECT t.id FROM timeline_touchpoint t JOIN commerce_refund r ON r.id = t.subject_id AND r.is_demo
        WHERE t.subject_type = 'refund'"""
ORDERS = (
    "DELETE FROM commerce_refundline USING commerce_refund r LEFT JOIN commerce_order o ON o.id = r.order_id "
    "WHERE r.id = commerce_refundline.refund_id AND (r.is_demo OR o.is_demo)",
    "DELETE FROM commerce_refund r WHERE r.is_demo OR EXISTS (SELECT 1 FROM commerce_order o WHERE o.id = r.order_id AND o.is_demo)",
    "DELETE FROM commerce_orderline l USING commerce_order o WHERE o.id = l.order_id AND o.is_demo",
    "DELETE FROM commerce_order WHERE is_demo",
)


class NoDemo(Refused):
    """There is no demo to remove."""

    code = "no_demo"
    default: ClassVar[Text] = gettext_lazy("There is no demo here.")


@transaction.atomic
def remove_demo(by: Actor) -> tuple[int, int]:
    """Take the demo shop away with its whole story, and leave what people entered themselves; return (people, orders)."""
    business, _new = Business.objects.select_for_update().get_or_create(pk=1)
    if not business.is_demo:
        raise NoDemo
    people = list(Person.objects.filter(is_demo=True).values_list("pk", flat=True))
    companies = list(Company.objects.filter(is_demo=True).values_list("pk", flat=True))
    orders = Order.objects.filter(is_demo=True).count()

    with connection.cursor() as cursor:
        cursor.execute(TOUCHPOINTS)
        withdraw_touchpoints([row[0] for row in cursor.fetchall()])
        for sql in ORDERS:
            cursor.execute(sql)
    forget_search("person", people)
    forget_search("company", companies)
    Person.objects.filter(pk__in=people).delete()
    Company.objects.filter(pk__in=companies).delete()
    sold = OrderLine.objects.filter(product__isnull=False).values("product")
    Product.objects.filter(is_demo=True).exclude(pk__in=sold).delete()
    Product.objects.filter(is_demo=True).update(is_demo=False)

    traces = business.settings.pop("demo", {})
    _clear_traces(traces)
    _be_yourself_again(business, _to_put_back(traces))
    learn_shop_rhythm()
    announce(DemoRemoved(people=len(people), orders=orders), by=by)
    return len(people), orders


def _clear_traces(traces: dict[str, Any]) -> None:
    """Remove the demo's team, tags and kinds where nobody else uses them by now."""
    kinds = Kind.objects.filter(pk__in=traces.get("kind_ids", []))
    for kind in kinds.order_by("-level"):
        if not kind.products.exists() and not kind.children.exists():
            kind.delete()
    Tag.objects.filter(pk__in=traces.get("tag_ids", []), person_tags__isnull=True).delete()
    members = traces.get("member_ids", [])
    Note.objects.filter(author__in=members, person__isnull=True, company__isnull=True).delete()
    Task.objects.filter(assignee__in=members, person__isnull=True, company__isnull=True).delete()
    Member.objects.filter(pk__in=members).delete()
    Team.objects.filter(pk__in=traces.get("team_ids", []), members__isnull=True, people__isnull=True).delete()


def _to_put_back(traces: dict[str, Any]) -> dict[str, Any]:
    """Return what the business was before; an owner who came to the demo said its country and currency themselves."""
    before = traces.get("before", {})
    came_later = not traces.get("had_members") and Member.objects.exists()
    return {name: value for name, value in before.items() if name == "name" or not came_later}


def _be_yourself_again(business: Business, before: dict[str, Any]) -> None:
    """Take off the shop's name and currency where nobody changed them, unless orders were placed in that currency."""
    is_used = Order.objects.exists() or Refund.objects.exists()
    for name, value in before.items():
        is_the_shops = getattr(business, name) == SHOP[name]
        if is_the_shops and not (is_used and name == "currency"):
            setattr(business, name, value)
    business.is_demo = False
    business.save()
