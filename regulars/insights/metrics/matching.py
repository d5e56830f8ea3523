"""People who were helped beside similar people who were not.

Similar is who stood in the same bands of recency, frequency and value before. Everybody is counted once, and from the same day on:
helped means within a time of the period's length that ended `days` before the period's end; what they did is looked at in the days
after, for both alike. So nobody counts as helped because they stayed long enough to be.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.beside import marked_if
from regulars.insights.metrics.buying import as_number, purchase_days
from regulars.insights.metrics.engaging import DEEDS
from regulars.insights.metrics.grouping import grouped
from regulars.insights.metrics.helping import helped_between
from regulars.kit.metrics import GROUP, Ask, Choice, Tables

if TYPE_CHECKING:
    from ibis import Table

DAYS = Choice("days", _l("Days looked at afterwards"), 90)
# Days since the last purchase, and purchase days, at which a band ends.
RECENT, LATE, FEW, MANY = 90, 365, 1, 3


def borders(ask: Ask) -> tuple[date, date]:
    """Return when the time of help began, and the day it was over and the days afterwards begin."""
    after = timedelta(days=int(DAYS.of(ask)))
    return ask.start - after, ask.until - after


def matched(tables: Tables, ask: Ask) -> Table:
    """Return customers from before the time of help: group, band, person_id, is_helped, is_back, later_minor (net, afterwards)."""
    since, mark = borders(ask)
    rows = purchase_days(tables, since).group_by("person_id").agg(
        days=_.count(), last_on=_.day.max(), spend=_.net_minor.sum()
    )  # fmt: skip
    cuts = rows.agg(third=_.spend.quantile(1 / 3), two_thirds=_.spend.quantile(2 / 3))
    rows = rows.cross_join(cuts)
    away = as_number(since) - rows.last_on.epoch_days()
    recency = ibis.cases((away <= RECENT, 0), (away <= LATE, 1), else_=2)
    frequency = ibis.cases((rows.days <= FEW, 0), (rows.days <= MANY, 1), else_=2)
    value = ibis.cases((rows.spend <= rows.third, 0), (rows.spend <= rows.two_thirds, 1), else_=2)
    rows = rows.select("person_id", band=(recency * 9 + frequency * 3 + value).cast("int64"))
    rows = marked_if(rows, helped_between(tables, ask, since, mark), "is_helped")
    bought = purchase_days(tables, ask.until).filter(_.day >= mark)
    later = bought.group_by(of="person_id").agg(later_minor=_.net_minor.sum())
    rows = rows.left_join(later, rows.person_id == later.of).drop("of")
    sent = tables.touchpoints.filter(_.kind.isin(DEEDS["referral"]) & (_.day >= mark) & (_.day < ask.until))
    rows = marked_if(rows, sent.filter(_.person_id.notnull()), "has_sent")
    is_back = rows.later_minor.notnull() | rows.has_sent
    rows = rows.mutate(is_back=is_back, later_minor=rows.later_minor.fill_null(0)).drop("has_sent")
    return grouped(rows, tables, ask)


def side_by_side(rows: Table) -> Table:
    """Return for each group the helped beside the others as they would be in the same bands: group and

    n, k, total, squares: the helped who have anybody similar, who of them came back, their money and its squares;
    others, others_n, others_total, others_error: the share, the effective number, the mean money of the others and its variance;
    alone: the helped without anybody similar.
    """
    money = rows.later_minor.cast("float64")
    each = rows.mutate(money=money).group_by(GROUP, "band").agg(
        n=_.count(where=_.is_helped),
        k=_.count(where=_.is_helped & _.is_back),
        total=_.money.sum(where=_.is_helped).fill_null(0.0),
        squares=(_.money * _.money).sum(where=_.is_helped).fill_null(0.0),
        m=_.count(where=~_.is_helped),
        j=_.count(where=~_.is_helped & _.is_back),
        mean=_.money.mean(where=~_.is_helped).fill_null(0.0),
        spread=_.money.var(where=~_.is_helped, how="pop").fill_null(0.0),
    )  # fmt: skip
    is_whole = (each.n > 0) & (each.m > 0)
    part = each.m.cast("float64").nullif(0)
    each = each.mutate(
        is_whole=is_whole,
        expected=each.n * each.j / part,
        weight=each.n * each.n / part,
        money=each.n * each.mean,
        error=each.n * each.n * each.spread / part,
    )
    sums = each.group_by(GROUP).agg(
        n=_.n.sum(where=_.is_whole).fill_null(0), k=_.k.sum(where=_.is_whole).fill_null(0),
        total=_.total.sum(where=_.is_whole), squares=_.squares.sum(where=_.is_whole),
        expected=_.expected.sum(where=_.is_whole), weight=_.weight.sum(where=_.is_whole),
        money=_.money.sum(where=_.is_whole), error=_.error.sum(where=_.is_whole),
        alone=_.n.sum(where=_.m == 0).fill_null(0), similar=_.m.sum(where=_.is_whole).fill_null(0),
    )  # fmt: skip
    size = sums.n.cast("float64").nullif(0)
    return sums.select(
        GROUP, "n", "k", "total", "squares", "alone", "similar",
        others=sums.expected / size,
        others_n=size * size / sums.weight.nullif(0),
        others_total=sums.money / size,
        others_error=sums.error / (size * size),
    )  # fmt: skip
