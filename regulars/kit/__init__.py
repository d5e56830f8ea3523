"""The kit is what every room builds with, and it knows no customer.

It holds the shell and components of the pages, the spine's `announce`, the actor of every write, money, the clock,
the one filter language, the registries that let a lower room show what a higher one knows, the plumbing of the API and
the console command. It has no tables and no customer nouns. Rooms import it freely; it imports no room.
"""

from regulars.kit.refused import NotAllowed, Refused

__all__ = ["NotAllowed", "Refused"]
