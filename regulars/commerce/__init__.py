"""Commerce knows what customers bought: products and their kinds, orders, lines, refunds, subscriptions.

It keeps each person's figures (orders, revenue net of refunds, rhythm) right in the same transaction as every change.
Orders without a known customer stay as guest orders. Money is whole minor units with a currency; what was ordered in
another currency is also kept in the business's own, at the rate of that day.
"""
