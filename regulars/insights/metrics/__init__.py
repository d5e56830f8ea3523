"""One module for each measure; importing this package registers them all."""

from regulars.insights.metrics.acquisition_cost import ACQUISITION_COST
from regulars.insights.metrics.acquisition_limit import ACQUISITION_LIMIT
from regulars.insights.metrics.active_share import ACTIVE_SHARE
from regulars.insights.metrics.answering_cost import ANSWERING_COST
from regulars.insights.metrics.bought_next import BOUGHT_NEXT
from regulars.insights.metrics.bought_with import BOUGHT_WITH
from regulars.insights.metrics.cohort_margin import COHORT_MARGIN
from regulars.insights.metrics.cohort_retention import COHORT_RETENTION
from regulars.insights.metrics.cohort_sales import COHORT_SALES
from regulars.insights.metrics.customer_churn import CUSTOMER_CHURN
from regulars.insights.metrics.customer_retention import CUSTOMER_RETENTION
from regulars.insights.metrics.customers import CUSTOMERS
from regulars.insights.metrics.demand import DEMAND
from regulars.insights.metrics.engagement_check import ENGAGEMENT_CHECK
from regulars.insights.metrics.engagement_index import ENGAGEMENT_INDEX
from regulars.insights.metrics.expected_purchases import EXPECTED_PURCHASES
from regulars.insights.metrics.first_answer_time import FIRST_ANSWER_TIME
from regulars.insights.metrics.first_months_value import FIRST_MONTHS_VALUE
from regulars.insights.metrics.first_products import FIRST_PRODUCTS
from regulars.insights.metrics.five_purchase_loyalty import FIVE_PURCHASE_LOYALTY
from regulars.insights.metrics.forecast_backtest import FORECAST_BACKTEST
from regulars.insights.metrics.gross_revenue_retention import GROSS_REVENUE_RETENTION
from regulars.insights.metrics.help_value import HELP_VALUE
from regulars.insights.metrics.historic_value import HISTORIC_VALUE
from regulars.insights.metrics.later_share import LATER_SHARE
from regulars.insights.metrics.leaving_check import LEAVING_CHECK
from regulars.insights.metrics.lost_after_bad import LOST_AFTER_BAD
from regulars.insights.metrics.loyal_likelier import (
    LOYAL_BUY_AGAIN,
    LOYAL_FORGIVE,
    LOYAL_REFER,
    LOYAL_TRY_MORE,
)
from regulars.insights.metrics.net_revenue_retention import NET_REVENUE_RETENTION
from regulars.insights.metrics.new_customers import NEW_CUSTOMERS
from regulars.insights.metrics.payback_months import PAYBACK_MONTHS
from regulars.insights.metrics.predicted_value import PREDICTED_VALUE
from regulars.insights.metrics.product_reorder import PRODUCT_REORDER
from regulars.insights.metrics.product_repurchase import PRODUCT_REPURCHASE
from regulars.insights.metrics.promise_index import PROMISE_INDEX
from regulars.insights.metrics.purchases_per_customer import PURCHASES_PER_CUSTOMER
from regulars.insights.metrics.referred_conversion import REFERRED_CONVERSION
from regulars.insights.metrics.referred_tenure import REFERRED_TENURE
from regulars.insights.metrics.relationship_reach import RELATIONSHIP_REACH
from regulars.insights.metrics.relationship_return import RELATIONSHIP_RETURN
from regulars.insights.metrics.repeat_order_uplift import REPEAT_ORDER_UPLIFT
from regulars.insights.metrics.repeat_share import REPEAT_SHARE
from regulars.insights.metrics.repurchase_rate import REPURCHASE_RATE
from regulars.insights.metrics.resolution_time import RESOLUTION_TIME
from regulars.insights.metrics.return_after_help import RETURN_AFTER_HELP
from regulars.insights.metrics.return_on_relationship import RETURN_ON_RELATIONSHIP
from regulars.insights.metrics.return_rate import RETURN_RATE
from regulars.insights.metrics.return_reasons import RETURN_REASONS
from regulars.insights.metrics.rfm import RFM
from regulars.insights.metrics.sales_distribution import SALES_DISTRIBUTION
from regulars.insights.metrics.sales_movement import SALES_MOVEMENT
from regulars.insights.metrics.sales_per_customer import SALES_PER_CUSTOMER
from regulars.insights.metrics.sales_per_purchase import SALES_PER_PURCHASE
from regulars.insights.metrics.satisfaction import SATISFACTION
from regulars.insights.metrics.shop_value import SHOP_VALUE
from regulars.insights.metrics.simple_value import SIMPLE_VALUE
from regulars.insights.metrics.stage_reach import STAGE_REACH
from regulars.insights.metrics.subscriber_churn import SUBSCRIBER_CHURN
from regulars.insights.metrics.subscriber_retention import SUBSCRIBER_RETENTION
from regulars.insights.metrics.subscription_gross_retention import SUBSCRIPTION_GROSS_RETENTION
from regulars.insights.metrics.subscription_net_retention import SUBSCRIPTION_NET_RETENTION
from regulars.insights.metrics.subscription_value import SUBSCRIPTION_VALUE
from regulars.insights.metrics.time_between_orders import TIME_BETWEEN_ORDERS
from regulars.insights.metrics.time_in_stage import TIME_IN_STAGE
from regulars.insights.metrics.upsell_acceptance import UPSELL_ACCEPTANCE
from regulars.insights.metrics.upsell_ratio import UPSELL_RATIO
from regulars.insights.metrics.upsell_share import UPSELL_SHARE
from regulars.insights.metrics.value_back import VALUE_BACK
from regulars.insights.metrics.value_to_cost import VALUE_TO_COST

METRICS = (
    ACQUISITION_COST,
    ACQUISITION_LIMIT,
    ACTIVE_SHARE,
    BOUGHT_NEXT,
    BOUGHT_WITH,
    COHORT_MARGIN,
    COHORT_RETENTION,
    COHORT_SALES,
    CUSTOMERS,
    CUSTOMER_CHURN,
    CUSTOMER_RETENTION,
    DEMAND,
    ENGAGEMENT_CHECK,
    ENGAGEMENT_INDEX,
    EXPECTED_PURCHASES,
    FIRST_MONTHS_VALUE,
    FIRST_PRODUCTS,
    FIVE_PURCHASE_LOYALTY,
    FORECAST_BACKTEST,
    GROSS_REVENUE_RETENTION,
    HISTORIC_VALUE,
    LATER_SHARE,
    LEAVING_CHECK,
    NET_REVENUE_RETENTION,
    NEW_CUSTOMERS,
    PAYBACK_MONTHS,
    PREDICTED_VALUE,
    PRODUCT_REORDER,
    PRODUCT_REPURCHASE,
    PROMISE_INDEX,
    PURCHASES_PER_CUSTOMER,
    REPEAT_SHARE,
    REPURCHASE_RATE,
    RETURN_RATE,
    RETURN_REASONS,
    RFM,
    SALES_DISTRIBUTION,
    SALES_MOVEMENT,
    SALES_PER_CUSTOMER,
    SALES_PER_PURCHASE,
    SHOP_VALUE,
    SIMPLE_VALUE,
    STAGE_REACH,
    SUBSCRIBER_CHURN,
    SUBSCRIBER_RETENTION,
    SUBSCRIPTION_GROSS_RETENTION,
    SUBSCRIPTION_NET_RETENTION,
    SUBSCRIPTION_VALUE,
    TIME_BETWEEN_ORDERS,
    TIME_IN_STAGE,
    UPSELL_ACCEPTANCE,
    UPSELL_RATIO,
    UPSELL_SHARE,
    VALUE_TO_COST,
    RETURN_ON_RELATIONSHIP,
    RELATIONSHIP_REACH,
    RELATIONSHIP_RETURN,
    RETURN_AFTER_HELP,
    FIRST_ANSWER_TIME,
    RESOLUTION_TIME,
    SATISFACTION,
    REPEAT_ORDER_UPLIFT,
    LOYAL_BUY_AGAIN,
    LOYAL_FORGIVE,
    LOYAL_REFER,
    LOYAL_TRY_MORE,
    REFERRED_CONVERSION,
    REFERRED_TENURE,
    LOST_AFTER_BAD,
    ANSWERING_COST,
    VALUE_BACK,
    HELP_VALUE,
)
