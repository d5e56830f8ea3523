"""Received wisdom, tested here: well-known figures beside the business's own, with a verdict in plain words.

A claim whose origin could not be found says so in its source: many of these figures are handed on without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from regulars.insights.queries.answers import FEW, Figure
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.wishes import Count, figure_of, wish
from regulars.kit.metrics import Ask

Verdict = Literal["fits", "more", "less", "too_few", "no_facts"]
DISCOUNT = 0.10
FIVE_POINTS = 0.05
TEN = 10
TEMKIN = (
    "Told as of Temkin Group; the very study was not found. Nearest: its Economics of Net Promoter, 2015: promoters beside detractors 5 times as "
    "likely to buy again, almost 6 to forgive, almost 8 to try something new."
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A figure that is handed on: between `low` and `high` (the same where it is one), how it is said, and which metric tests it.

    `here` says the business's own with %(own)s. `shape` is more (0.3 is 30 % more), share or times.
    `turn` makes the claim's value of the metric's; `wanting` says what is not known yet where there is no metric.
    """

    name: str
    saying: str | Promise
    low: float
    high: float
    source: str
    shape: Literal["more", "share", "times"]
    metric: str = ""
    here: str | Promise = ""
    wanting: str | Promise = ""
    turn: Callable[[float], float] | None = None


@dataclass(frozen=True)
class Tested:
    """A claim beside the business's own value: in the claim's shape, on n people, between low and high with 95 % certainty."""

    claim: Claim
    verdict: Verdict
    words: str
    published: str
    value: float | None = None
    n: int = 0
    low: float | None = None
    high: float | None = None

    @property
    def has_figure(self) -> bool:
        """Whether there is an own value to draw beside the published one."""
        return self.value is not None


def retention_gain(retention: float) -> float:
    """Return how much more a customer is worth with five points more retention, by the margin for as long as they stay.

    By the subscription form m·r ÷ (1 + i − r) with a discount of 10 % a year.

    >>> round(retention_gain(0.80), 3)
    0.275
    """
    better = min(retention + FIVE_POINTS, 1.0)
    if retention <= 0:
        return float("inf")
    return better / (1 + DISCOUNT - better) / (retention / (1 + DISCOUNT - retention)) - 1


CLAIMS = (
    Claim(
        name="repeat_spend", saying=_l("Repeat customers spend 67 % more."), low=0.67, high=0.67, shape="more",
        source="Bain & Company with Mainspring, online shoppers, about 2000: clothes, months 31–36 beside the first six, as handed on (a summary of 2001 prints "
        "23 % for groceries); often told as of BIA/Kelsey and Manta, 2014.",
        metric="repeat_order_uplift",
        here=_l("Here, repeat customers spend %(own)s per order"),
    ),
    Claim(
        name="loyal_buy", saying=_l("Loyal customers are 5 times as likely to buy again."), low=5, high=5, shape="times",
        source=TEMKIN, metric="loyal_buy_again",
        here=_l("Here, loyal customers are %(own)s as likely to buy again"),
    ),
    Claim(
        name="loyal_forgive", saying=_l("Loyal customers are 5 times as likely to forgive."), low=5, high=5, shape="times",
        source=TEMKIN, metric="loyal_forgive",
        here=_l("Here, loyal customers are %(own)s as likely to come back after a bad experience"),
    ),
    Claim(
        name="loyal_refer", saying=_l("Loyal customers are 4 times as likely to send others."), low=4, high=4, shape="times",
        source=TEMKIN, metric="loyal_refer",
        here=_l("Here, loyal customers are %(own)s as likely to send others"),
    ),
    Claim(
        name="loyal_try", saying=_l("Loyal customers are 7 times as likely to try something new."), low=7, high=7, shape="times",
        source=TEMKIN, metric="loyal_try_more",
        here=_l("Here, loyal customers are %(own)s as likely to try a new kind"),
    ),
    Claim(
        name="referred_convert", saying=_l("Referred people convert 30 % better."), low=0.30, high=0.30, shape="more",
        source="Told in the trade; no study found.", metric="referred_conversion",
        here=_l("Here, referred people become customers %(own)s often"),
    ),
    Claim(
        name="referred_stay", saying=_l("Referred people stay 16 % longer."), low=0.16, high=0.16, shape="more",
        source="Told in the trade; no study found. Schmitt, Skiera, Van den Bulte 2011, Journal of Marketing 75(1), 46–59, found referred customers of a bank "
        "worth at least 16 % more, and 18 % less likely to leave.",
        metric="referred_tenure",
        here=_l("Here, referred people stay %(own)s time"),
    ),
    Claim(
        name="three_bad", saying=_l("Three bad experiences lose 92 % of customers."), low=0.92, high=0.92, shape="share",
        source="Told in the trade; no study found. Ruby’s video on small businesses tells it and does not say of which survey.", metric="lost_after_bad",
        here=_l("Here, %(own)s stayed away after three bad experiences"),
    ),
    Claim(
        name="five_points", saying=_l("Five points more retention bring 25 to 95 % more profit."), low=0.25, high=0.95, shape="more",
        source="Told as of Reichheld (Bain & Company). Reichheld, Sasser 1990, Zero Defections, Harvard Business Review 68(5), 105–111, print 30 to 85 % "
        "for three businesses.",
        metric="customer_retention", turn=retention_gain,
        here=_l("Here, five points more retention would make a customer worth %(own)s"),
    ),
    Claim(
        name="birthday", saying=_l("A birthday greeting brings 481 % more purchases than an offer."), low=4.81, high=4.81, shape="more",
        source="Experian Marketing Services, Birthday emails: best practices guide: an audit of more than 50 brands in February 2014, transaction rates beside "
        "promotional mails.",
        wanting=_l("Cannot be told yet: greetings are not among the facts until campaigns are."),
    ),
)  # fmt: skip


def wisdom(count: Count, ask: Ask, tree: Any = None) -> list[Tested]:
    """Test every claim on those who pass a filter; the question's period and grouping are the claim's own."""
    ask, fixed = Ask(today=ask.today, until=ask.until), definitions()
    with_facts = [claim for claim in CLAIMS if claim.metric]
    answers = count([wish(claim.metric, ask, fixed, tree) for claim in with_facts])
    figures = {claim.name: figure_of(one) for claim, one in zip(with_facts, answers, strict=True)}
    return [judge(claim, figures[claim.name]) if claim.metric else _untold(claim) for claim in CLAIMS]


def _untold(claim: Claim) -> Tested:
    return Tested(claim, "no_facts", str(claim.wanting), _published(claim))


def judge(claim: Claim, figure: Figure | None) -> Tested:
    """Set a claim beside the own figure: it fits where it lies within the interval; fewer than 30 tell nothing."""
    published = _published(claim)
    if figure is None or figure.value is None or figure.low is None or figure.high is None or figure.n < FEW:
        n = figure.n if figure else 0
        words = _("Too few here to say: %(n)s people, at least %(few)s are needed.") % {"n": n, "few": FEW}
        if n >= FEW:
            words = _("Nothing to compare here yet.")
        return Tested(claim, "too_few", words, published, n=n)
    turn = claim.turn or (lambda value: value)
    value, ends = turn(figure.value), sorted((turn(figure.low), turn(figure.high)))
    verdict: Verdict = "less" if ends[1] < claim.low else "more" if ends[0] > claim.high else "fits"
    here = str(claim.here) % {"own": said(claim, value)}
    sentence = (
        _("%(here)s; %(published)s fits with that.")
        if verdict == "fits"
        else _("%(here)s, not %(published)s.")
    )
    words = sentence % {"here": here, "published": published}
    return Tested(claim, verdict, words, published, value, figure.n, *ends)


def said(claim: Claim, value: float) -> str:
    """Return a value as it is said: 41 % more, 92 %, 5 times."""
    if claim.shape == "times":
        return _("%(number)s times") % {"number": f"{value:.1f}" if value < TEN else f"{value:.0f}"}
    share = _("%(number)s %%") % {"number": round(100 * abs(value))}
    if claim.shape == "share":
        return share
    if round(100 * value) == 0:
        return _("no more")
    return (_("%(share)s more") if round(100 * value) >= 0 else _("%(share)s less")) % {"share": share}


def _published(claim: Claim) -> str:
    numbers = [
        f"{100 * end:.0f}" if claim.shape != "times" else f"{end:g}" for end in (claim.low, claim.high)
    ]
    number = numbers[0] if claim.low == claim.high else "–".join(numbers)
    return (_("%(number)s times") if claim.shape == "times" else _("%(number)s %%")) % {"number": number}
