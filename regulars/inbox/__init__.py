"""The inbox is where the team answers people: every conversation in one place, none lost, none doubled.

A conversation is the work around a thread of messages: who answers it, until when, how pressing it is, what was noted.
It begins and comes back by itself when a person writes; closing, snoozing and handing on are deeds of a member.
Who looks at it and who types is seen by everybody, and a reply is held when somebody else was there meanwhile.
What is written goes out through messaging, which keeps the letters; the inbox keeps the work.
"""
