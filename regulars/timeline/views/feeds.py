from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.people.models import Company, Person
from regulars.team.gate import needs
from regulars.timeline.forms import NarrowingForm
from regulars.timeline.queries.feed import Feed, Narrowing, Place, channels_of, feed, kinds_of, newest_place
from regulars.timeline.views.moments import days_of, key_of, words_of

# The first screen is short; what comes after it is asked for when it comes into view.
FIRST_PAGE = 10
NEXT_PAGE = 30
MOST_NEW = 20


@require_GET
@needs("timeline.see")
def person_timeline(request: Request, person_id: int) -> HttpResponse:
    """Show what happened with a person, narrowed, from a day or from a place on."""
    return _answer(request, _person(request, person_id))


@require_GET
@needs("timeline.see")
def company_timeline(request: Request, company_id: int) -> HttpResponse:
    """Show what happened with a company and its people, narrowed, from a day or from a place on."""
    return _answer(request, _company(request, company_id))


@require_GET
@needs("timeline.see")
def person_news(request: Request, person_id: int) -> HttpResponse:
    """Show what happened with a person since the page was drawn."""
    return _news(request, _person(request, person_id))


@require_GET
@needs("timeline.see")
def company_news(request: Request, company_id: int) -> HttpResponse:
    """Show what happened with a company since the page was drawn."""
    return _news(request, _company(request, company_id))


def panel_context(request: HttpRequest, about: Person | Company) -> dict[str, Any]:
    """Return what the timeline's panel shows on the first screen of a page."""
    member = getattr(request, "member", None)
    page = feed(about, member, limit=FIRST_PAGE)
    return {**_list_context(about, page, {}), "form": _form(about, {}), "topic": _topic(about)}


def _answer(request: Request, about: Person | Company) -> HttpResponse:
    form = _form(about, request.GET)
    wish = form.wish()
    before = Place.read(request.GET.get("before", "")) or (_end_of(wish.day) if wish.day else None)
    after = Place.read(request.GET.get("after", ""))
    page = feed(about, request.member, narrowing=wish.narrowing, before=before, after=after, limit=NEXT_PAGE)
    if "before" not in request.GET and after is None:
        return render(request, "timeline/_list.html", _list_context(about, page, form.kept()))
    goes_on_from = before.at if before else None
    page = replace(page, newer=page.newer if after else None)
    context = _list_context(about, page, form.kept(), goes_on_from=goes_on_from)
    return render(request, "timeline/_moments.html", context)


def _news(request: Request, about: Person | Company) -> HttpResponse:
    """Answer with what is newer than the newest shown, to stand above it; a reader who narrowed the list is left alone."""
    after = Place.read(request.GET.get("newest", ""))
    if after is None:
        return HttpResponse(status=204)
    page = feed(about, request.member, narrowing=Narrowing(), after=after, limit=MOST_NEW)
    if not page.touchpoints:
        return HttpResponse(status=204)
    days = days_of(page.touchpoints, about, fresh=True)
    is_same_day = (
        len(days) == 1 and days[0].key == key_of(after.at, timezone.localtime(now()).date()) and after.id > 0
    )
    context = {"days": days, "newest": newest_place(page.touchpoints), "with_headings": not is_same_day}
    response = render(request, "timeline/_news.html", context)
    response.headers["HX-Retarget"] = f"#day-{days[0].key}" if is_same_day else "#moments"
    response.headers["HX-Reswap"] = "afterend" if is_same_day else "afterbegin"
    return response


def _list_context(
    about: Person | Company, page: Feed, kept: dict[str, str], *, goes_on_from: datetime | None = None
) -> dict[str, Any]:
    url = _url(about)
    return {
        "url": url,
        "news_url": f"{url}news/",
        "days": days_of(page.touchpoints, about, going_on_from=goes_on_from),
        "newest": newest_place(page.touchpoints),
        "older_url": f"{url}?{urlencode({**kept, 'before': str(page.older)})}" if page.older else "",
        "newer_url": f"{url}?{urlencode({**kept, 'after': str(page.newer)})}" if page.newer else "",
        "is_narrowed": bool(kept) or page.newer is not None,
    }


def _form(about: Person | Company, values: Any) -> NarrowingForm:
    kinds = kinds_of(about)
    words = words_of(list(kinds))
    return NarrowingForm(
        values,
        kinds=sorted((words[kind].label, kind, count) for kind, count in kinds.items()),
        channels=channels_of(about),
    )


def _end_of(day: Any) -> Place:
    midnight = datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
    return Place.end_of(midnight)


def _url(about: Person | Company) -> str:
    name = "timeline:person" if isinstance(about, Person) else "timeline:company"
    return reverse(name, args=[about.pk])


def _topic(about: Person | Company) -> str:
    return f"{'person' if isinstance(about, Person) else 'company'}:{about.pk}"


def _person(request: Request, person_id: int) -> Person:
    found = Person.objects.visible_to(request.member, "timeline.see").filter(pk=person_id).first()
    if found is None:
        raise NotThere
    return found


def _company(request: Request, company_id: int) -> Company:
    found = Company.objects.visible_to(request.member, "timeline.see").filter(pk=company_id).first()
    if found is None:
        raise NotThere
    return found
