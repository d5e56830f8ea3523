"""What is known of each customer from their orders alone: the summary that models, scores and traits begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ibis import _

from regulars.insights.metrics.grouping import bought_days
from regulars.insights.metrics.historic_value import per_person as spent
from regulars.kit.metrics import Ask, Tables

if TYPE_CHECKING:
    from ibis import Table


def purchase_summary(tables: Tables, ask: Ask) -> Table:
    """Return of each customer, day by day: person_id, days (purchase days), first_on, last_on, average_minor.

    Several purchases on one day are one. `average_minor` is the mean over repeat days, the first left out, null without any; so
    x = days − 1, t_x = last_on − first_on, T = today − first_on (Fader, Hardie and Lee 2005).
    """
    # As a float, which holds such sums exactly: engines sum whole numbers into wider ones, which are slower to go on with.
    by_day = bought_days(tables, ask)
    found = (
        by_day.mutate(net=by_day.net_minor.cast("float64"))
        .group_by("person_id")
        .agg(
            days=_.net.count(),
            first_on=_.day.min(),
            last_on=_.day.max(),
            total=_.net.sum(),
            first_net=_.net.argmin(_.day),
        )
    )
    average = (found.total - found.first_net) / (found.days - 1).nullif(0)
    return found.mutate(average_minor=average).drop("total", "first_net")


def worth_summary(tables: Tables, ask: Ask) -> Table:
    """Return the purchase summary with what each brought (`spent_minor`) and the third purchase day (`loyal_since`)."""
    found = purchase_summary(tables, ask)
    third = (
        bought_days(tables, ask)
        .group_by("person_id")
        .agg(days_in_order=_.day.collect())
        .select("person_id", loyal_since=_.days_in_order.sort()[2])
    )
    brought = spent(tables, ask).rename(spent_minor="net_minor")
    return found.left_join(third, "person_id").drop("person_id_right").inner_join(brought, "person_id")
