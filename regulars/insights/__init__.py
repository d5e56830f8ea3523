"""Insights tells what every relationship is worth, and what to do about it.

It mirrors facts (orders, refunds, touchpoints, conversations, stages) out of PostgreSQL into files that an embedded engine reads fast,
never wrong by more than their age, which stands beside every figure. Measures are written once, as expressions over facts,
each with its formula, source and example; pages, console, API and docs read them from one registry. Every figure says on how
many it rests and how sure it is, and opens the people behind it. What is known of each person is written back as traits.
"""
