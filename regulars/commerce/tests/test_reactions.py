from __future__ import annotations

from decimal import Decimal

import pytest

from regulars.commerce.actions import set_exchange_rate
from regulars.commerce.actions.everybody import recount_everybody
from regulars.commerce.models import CompanyFigures, PersonFigures
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import join_company, leave_company
from regulars.people.models import Affiliation
from regulars.team.models import Business
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_company, a_person, an_order

CLOCK = Actor.clock("test")


@pytest.mark.django_db
def test_a_companys_figures_follow_who_joins_and_leaves(business: Business) -> None:
    ada, aalto = a_person("Ada"), a_company("Aalto")
    an_order(ada)

    join_company(ada, aalto, by=CLOCK, at=now())
    hear_everything()
    assert CompanyFigures.objects.get(company=aalto).revenue_minor == 2000

    leave_company(Affiliation.objects.get(), by=CLOCK, at=now())
    hear_everything()
    assert CompanyFigures.objects.get(company=aalto).revenue_minor == 0


@pytest.mark.django_db
def test_another_currency_of_the_business_counts_everything_anew(business: Business) -> None:
    ada = a_person("Ada")
    an_order(ada)
    recount_everybody(by=CLOCK)
    Business.objects.update(currency="GBP")
    set_exchange_rate("EUR", Decimal("0.85"), day=now().date().replace(year=2000), by=CLOCK)

    assert recount_everybody(by=CLOCK) == 1
    assert PersonFigures.objects.get(person=ada).revenue_minor == 1700
    assert recount_everybody(by=CLOCK) == 0
