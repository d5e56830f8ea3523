"""Messaging is how letters come in and go out.

Its engine reads mail of any encoding and brokenness, folds what a reply quotes, tells robots from people and cleans HTML.
It knows no database, no framework and no clock, so every claim about it is proved on thousands of real mails.
Intake, threads and messages are built on it; the outbox sends each letter once, through one door that asks consent and suppression.
Conversations, and who answers them, belong to the inbox above.
"""
