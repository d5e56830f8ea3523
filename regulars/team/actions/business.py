from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.countries import countries, time_zones
from regulars.kit.events import announce, changed
from regulars.kit.money import BadMoney, parse_currency
from regulars.kit.refused import Invalid
from regulars.team.events import BusinessChanged
from regulars.team.models import Business

_currency_holders: list[Callable[[], bool]] = []


def register_currency_holder(holds: Callable[[], bool]) -> None:
    """Let a room say that sums are already kept in the business's currency, which then stays as it is."""
    _currency_holders.append(holds)


FIELDS = ("name", "country", "currency", "time_zone", "languages", "kind_level")


@transaction.atomic
def change_business(values: Mapping[str, Any], *, by: Actor) -> Business:
    """Change what everyone's pages and imports take for granted: name, country, currency, time zone and kin."""
    business = Business.objects.select_for_update().filter(pk=1).first() or Business(pk=1)
    before = {name: getattr(business, name) for name in FIELDS}
    for name in FIELDS:
        setattr(business, name, values.get(name, before[name]))
    _check(business)
    if business.currency != before["currency"] and any(holds() for holds in _currency_holders):
        raise Invalid(
            {"currency": _("Orders are already counted in %(currency)s.") % {"currency": before["currency"]}}
        )
    changes = changed(before, {name: getattr(business, name) for name in FIELDS})
    if changes or business._state.adding:
        business.save()
        announce(BusinessChanged(id=1, name=business.name), by=by, changes=changes)
    return business


def _check(business: Business) -> None:
    business.name = business.name.strip()
    if not business.name:
        raise Invalid({"name": _("A business needs a name.")})
    if business.country not in countries():
        raise Invalid({"country": _("There is no such country. Use two letters such as FI.")})
    if business.time_zone not in time_zones():
        raise Invalid({"time_zone": _("There is no such time zone. Choose one such as Europe/Helsinki.")})
    try:
        business.currency = parse_currency(business.currency)
    except BadMoney as problem:
        raise Invalid({"currency": str(problem)}) from problem
    if not 1 <= int(business.kind_level) <= 5:
        raise Invalid({"kind_level": _("Choose a level from 1 to 5.")})
