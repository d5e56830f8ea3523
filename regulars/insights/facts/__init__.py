"""The facts of the rooms below, as data, and the reader of their mirror."""

from regulars.insights.facts.conversations import CONVERSATIONS
from regulars.insights.facts.lines import LINES
from regulars.insights.facts.orders import ORDERS
from regulars.insights.facts.people import PEOPLE
from regulars.insights.facts.products import PRODUCTS
from regulars.insights.facts.purchase_days import PURCHASE_DAYS
from regulars.insights.facts.refunds import REFUNDS
from regulars.insights.facts.stages import STAGES
from regulars.insights.facts.subscriptions import SUBSCRIPTIONS
from regulars.insights.facts.touchpoints import TOUCHPOINTS
from regulars.insights.facts.visits import VISITS

FACTS = (
    PEOPLE,
    ORDERS,
    PURCHASE_DAYS,
    LINES,
    REFUNDS,
    PRODUCTS,
    SUBSCRIPTIONS,
    TOUCHPOINTS,
    CONVERSATIONS,
    STAGES,
    VISITS,
)
