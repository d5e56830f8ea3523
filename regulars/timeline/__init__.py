"""Timeline is the spine: everything that happens between the business and a person is one touchpoint on it.

`announce` (in kit) writes a touchpoint here in the action's own transaction, with at most one job beside it.
The job lets the reactions hear it; followers read the whole table in batches behind a stored cursor.
The table is append-only: a trigger refuses change and removal, save through three doors: re-point, blank, withdraw.
Imported history is silent: it is on the timeline, and wakes nobody.
"""
