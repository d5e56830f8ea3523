"""The embedded PostgreSQL: set up, started, watched and stopped by Regulars itself.

Only the server's binaries are taken from the wheel. Nothing here imports Django's ORM, and psycopg only when needed.
"""
