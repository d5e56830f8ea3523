from __future__ import annotations

from django.db import models

from regulars.inbox.models.conversations import Conversation
from regulars.inbox.models.ruling import Turn


class Ungiven(models.Model):
    """A conversation that a rule could give to nobody, kept until somebody can take it or a colleague decides otherwise."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=4, choices=Turn.choices)
    # In whose name it is tried again.
    label = models.CharField(max_length=200)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.conversation_id)
