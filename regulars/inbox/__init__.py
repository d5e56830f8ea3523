"""The inbox: every conversation in one place."""
