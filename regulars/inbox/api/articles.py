from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.articles import FIELDS, archive_article, change_article, create_article
from regulars.inbox.models import LinkedArticle
from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.team.gate import actor_of, seer_of

router = Router(tags=["articles"])
CHANGE, USE = "templates.change", "conversations.answer"


class ArticleIn(Sent):
    """A linked article, or what changes about it."""

    title: str | None = Field(None, max_length=120, examples=["How to send something back"])
    url: str | None = Field(None, max_length=500, examples=["https://shop.example/returns"])
    summary: str | None = Field(None, max_length=300)
    keywords: str | None = Field(None, max_length=300, examples=["return refund exchange"])
    note: str | None = Field(None, max_length=300, description="When to use it.")
    language: str | None = Field(None, max_length=8, examples=["en"])


class ArticleOut(Schema):
    """A page that answers a question."""

    id: int = Field(..., examples=[1])
    title: str
    url: str
    summary: str
    keywords: str
    note: str
    language: str


class Articles(Schema):
    """All linked articles that are in use."""

    items: list[ArticleOut]


@router.get("/articles", response={200: Articles, **ERRORS}, summary="List linked articles")
def list_articles(request: HttpRequest) -> HttpResponse:
    """Return the articles that are offered to answers."""
    seer_of(request, USE)
    rows: Any = LinkedArticle.objects.all()
    return answer({"items": [_shape(one) for one in rows.live()]})


@router.post("/articles", response={201: ArticleOut, **ERRORS}, summary="Add a linked article")
def new_article(request: HttpRequest, values: ArticleIn) -> HttpResponse:
    """Write down a page that answers a question."""
    seer_of(request, CHANGE)
    made = create_article(values.model_dump(exclude_unset=True), by=actor_of(request), at=now())
    return answer(_shape(made), status=201)


@router.patch(
    "/articles/{int:article_id}", response={200: ArticleOut, **ERRORS}, summary="Change a linked article"
)
def patch_article(request: HttpRequest, article_id: int, values: ArticleIn) -> HttpResponse:
    """Change the values named."""
    seer_of(request, CHANGE)
    given = values.model_dump(exclude_unset=True)
    return answer(_shape(change_article(_find(article_id), given, by=actor_of(request))))


@router.delete(
    "/articles/{int:article_id}", response={204: None, **ERRORS}, summary="Put a linked article away"
)
def remove_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """Put an article away."""
    seer_of(request, CHANGE)
    archive_article(_find(article_id), by=actor_of(request), at=now())
    return gone()


def _find(article_id: int) -> LinkedArticle:
    rows: Any = LinkedArticle.objects.filter(pk=article_id)
    found: LinkedArticle | None = rows.live().first()
    if found is None:
        raise NotThere
    return found


def _shape(one: LinkedArticle) -> dict[str, Any]:
    return {"id": one.pk, **{name: getattr(one, name) for name in FIELDS}}
