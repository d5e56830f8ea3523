"""Messaging is how letters come in and go out.

Its engine reads mail of any encoding and brokenness, folds what a reply quotes, tells robots from people and cleans HTML.
It knows no database, no framework and no clock, so every claim about it is proved on thousands of real mails.
Intake, threading, the outbox, consent and suppression are built on it, in this room.
Conversations, and who answers them, belong to the inbox above.
"""
