"""Django's PostgreSQL backend, quicker for many small requests.

A connection in steady use is looked at, not asked, before each request. Repeated statements are planned once for each connection:
reads and inserts that the ORM makes, and statements of ours that begin with PLANNED_ONCE.
"""

PLANNED_ONCE = "/* planned once */ "
