from __future__ import annotations

from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.rates import rebase_orders
from regulars.commerce.actions.rhythm import learn_shop_rhythm
from regulars.commerce.models import CompanyFigures, Order, PersonFigures
from regulars.kit.actor import Actor
from regulars.team.models import Business

COUNTED_IN = "figures_counted_in"
BATCH = 5_000


def recount_everybody(*, by: Actor, anyway: bool = False) -> int:
    """Count all figures anew when the business's currency or time zone is another than they were counted in; return how many people."""
    business = Business.current()
    wanted = [business.currency, business.time_zone]
    if business.settings.get(COUNTED_IN) == wanted and not anyway:
        return 0
    for currency in Order.objects.values_list("currency", flat=True).distinct():
        rebase_orders(currency, by=by)
    people = list(PersonFigures.objects.order_by("pk").values_list("pk", flat=True))
    companies = list(CompanyFigures.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(people), BATCH):
        recount_figures(people[start : start + BATCH], by=by)
    for start in range(0, len(companies), BATCH):
        recount_figures(company_ids=companies[start : start + BATCH], by=by)
    learn_shop_rhythm()
    held = Business.objects.get(pk=1)
    held.settings[COUNTED_IN] = wanted
    held.save(update_fields=["settings", "updated_at"])
    return len(people)
