from __future__ import annotations

from typing import Any

import pytest

from regulars.commerce.models import Order
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.team.actions.business import change_business

pytestmark = pytest.mark.django_db


def test_the_currency_stays_once_orders_are_counted_in_it(business: Any, by_olga: Any) -> None:
    change_business({"currency": "GBP"}, by=by_olga)
    Order.objects.create(number="1", currency="GBP", placed_at=now(), created_at=now(), updated_at=now())

    with pytest.raises(Invalid, match="counted in GBP"):
        change_business({"currency": "EUR"}, by=by_olga)

    assert change_business({"name": "Another name"}, by=by_olga).currency == "GBP"
