from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from regulars.inbox.models.conversations import Conversation


class Asking(models.Model):
    """That a customer was asked for facts by a rule, and which they have given since."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="asking"
    )
    # By name, as a rule names them: order_number, email, phone, field:<key>.
    asked = ArrayField(models.CharField(max_length=60), default=list)
    missing = ArrayField(models.CharField(max_length=60), default=list)
    found = models.JSONField(default=dict)
    # Which of those stand on the person's record since, each with what taking it back needs to know.
    used = models.JSONField(default=dict, db_default={})
    message_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    # The rules that did their work already: when they look again, the others do.
    followed = ArrayField(models.BigIntegerField(), default=list)
    looked_again_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return ", ".join(self.asked)
