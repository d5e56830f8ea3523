from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchDoc(models.Model):
    """The words by which a person or company is found: names A, identities B, companies C, notes D."""

    subject = models.CharField(max_length=8)
    subject_id = models.BigIntegerField()
    words = SearchVectorField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "subject_id"], name="search_doc_once")
        ]
        indexes: ClassVar = [GinIndex(fields=["words"], name="search_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}"


class Word(models.Model):
    """A distinct word of all search documents and in about how many it stands."""

    word = models.CharField(max_length=60, primary_key=True, db_collation="C")
    docs = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.word


class WordDeletion(models.Model):
    """A word with one letter left out, so that a typo in the query meets it half-way."""

    deletion = models.CharField(max_length=60, db_collation="C")
    word = models.CharField(max_length=60, db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deletion", "word"], name="word_deletion_once")
        ]

    def __str__(self) -> str:
        return f"{self.deletion} {self.word}"
