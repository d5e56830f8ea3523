"""People is the memory: persons, companies, how to reach them, and what to remember about them.

One person record serves from the first visit to advocacy; there is no lead and no conversion.
Identities (e-mail, phone, handle, external id) are rows of their own, each unique while live.
Stage and health are two axes, moved by rules the business edits or by hand with a reason, and kept as intervals.
Lists, filters, search, import and export of people live here; what higher rooms know comes in as traits.
"""
