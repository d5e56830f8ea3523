from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ArticleQuerySet(models.QuerySet["LinkedArticle"]):
    def live(self) -> ArticleQuerySet:
        """Leave out those put away."""
        return self.filter(archived_at__isnull=True)


class LinkedArticle(models.Model):
    """A page that answers a question, wherever it stands: what it is about, and by which words it is found."""

    title = models.CharField(_("title"), max_length=120)
    url = models.URLField(_("address"), max_length=500, db_collation="C")
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    keywords = models.CharField(_("keywords"), max_length=300, blank=True)
    note = models.CharField(_("when to use it"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[LinkedArticle]] = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("linked article")
        verbose_name_plural = _("linked articles")
        ordering = ("title", "pk")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["url", "language"], name="linked_article_once"),
        ]

    def __str__(self) -> str:
        return self.title
