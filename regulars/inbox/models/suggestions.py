from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from regulars.inbox.models.conversations import Conversation
from regulars.kit.keeping import Kept
from regulars.messaging.models import Message

FOLDER = "likeness"


class PastAnswer(models.Model):
    """An answer that left, found by the words of the question it answered."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["words"], name="past_answer_words")]

    def __str__(self) -> str:
        return str(self.message_id)


class Likeness(models.Model):
    """What was learned one night of which questions are alike, and the vectors of past questions; its number is its version."""

    learned_at = models.DateTimeField()
    answers = models.PositiveIntegerField()
    templates = models.PositiveIntegerField()
    seconds = models.FloatField()
    space = models.BinaryField(null=True)
    space_path = models.CharField(max_length=60, blank=True, db_collation="C")
    rows = models.BinaryField(null=True)
    rows_path = models.CharField(max_length=60, blank=True, db_collation="C")

    def __str__(self) -> str:
        return f"{self.learned_at:%Y-%m-%d} {self.answers}"

    @property
    def kept_space(self) -> Kept:
        """Where the space is."""
        return Kept(self.space, self.space_path)

    @property
    def kept_rows(self) -> Kept:
        """Where the vectors are."""
        return Kept(self.rows, self.rows_path)


class LikeQuestions(models.Model):
    """What answered the questions most like the last one of a conversation, reckoned when it came.

    `found` is a list of [what, number, cosine], nearest first; what is "answer" (a message) or "template".
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="like_questions"
    )
    likeness = models.ForeignKey(Likeness, on_delete=models.CASCADE, related_name="+")
    question_id = models.BigIntegerField()
    found = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.conversation_id)
