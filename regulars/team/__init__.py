"""Team holds those who work with customers: members, teams, roles, sign-in, API keys and the audit log.

It answers one question for every room: may this member or key do this, and to whose customers?
The answer is one readable table in `rules.py` that pages, API, search and export all pass through.
Every action of every room is written into the audit log here, by whom, when, from where, before and after.
The business itself (name, country, currency, time zone) and notices to members live here too.
"""
