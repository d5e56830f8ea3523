from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from regulars.messaging.models import Message


class PastAnswer(models.Model):
    """An answer that left, found by the words of the question it answered."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["words"], name="past_answer_words")]

    def __str__(self) -> str:
        return str(self.message_id)
