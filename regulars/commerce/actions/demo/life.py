"""What makes the demo feel lived in: a team that keeps customers, writes notes, has tasks and knows small things."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from regulars.commerce.actions.demo import words
from regulars.commerce.actions.demo.reading import CURRENCY, Shop
from regulars.commerce.actions.subscriptions import SubscriptionDraft, renew_subscription, start_subscription
from regulars.commerce.engine.calendar import next_renewal
from regulars.commerce.engine.invented import dice_for
from regulars.kit.actor import Actor
from regulars.people.actions import (
    add_memo,
    add_preference,
    create_task,
    finish_task,
    pin_note,
    write_note,
)
from regulars.people.actions.tags import write_person_tags
from regulars.people.models import Company, Person, Tag
from regulars.team.models import Member, Team

if TYPE_CHECKING:
    from regulars.commerce.actions.demo.loading import Traces

VIPS, NOTES, TASKS, MEMOS, BOXES, CATALOGUES = 60, 70, 34, 90, 36, 20


def bring_to_life(
    shop: Shop, person_ids: dict[str, int], company_ids: dict[str, int], traces: Traces, *, at: datetime
) -> None:
    """Add the team and what it wrote down about its best customers."""
    dice = dice_for("life")
    members = _team(traces)
    _keep(members, person_ids, company_ids)
    _tag(shop, person_ids, company_ids, traces, at)
    people = _known_best(shop, person_ids)
    _write_notes(dice, people, members, at)
    _write_tasks(dice, people, members, at)
    _remember_things(dice, people, members, at)
    _subscribe(dice, people, members, at)


def _team(traces: Traces) -> list[Member]:
    teams = {}
    for name in words.TEAMS:
        teams[name], is_new = Team.objects.get_or_create(name=name)
        traces.team_ids += [teams[name].pk] * is_new
    members = []
    for name, role, team, title in words.MEMBERS:
        email = f"{name.lower().replace(' ', '.')}@example.com"
        if Member.objects.filter(email=email).exists():
            continue
        member = Member.objects.create_user(
            email, None, name=name, role=role, job_title=title, settings={"is_demo": True}
        )
        member.teams.set([teams[team]] if team else [])
        members.append(member)
    traces.member_ids = [member.pk for member in members]
    return members


def _keep(members: list[Member], person_ids: dict[str, int], company_ids: dict[str, int]) -> None:
    """Give resellers to the trade team and everybody else to the shop's."""
    by_team = {team.name: team for team in Team.objects.filter(name__in=words.TEAMS)}
    shop, trade = (by_team[name] for name in words.TEAMS)
    keepers = [member for member in members if member.role in ("agent", "manager")]
    Person.objects.filter(pk__in=person_ids.values()).update(team=shop)
    Person.objects.filter(affiliations__company__in=company_ids.values()).update(team=trade)
    for place, company in enumerate(Company.objects.filter(pk__in=company_ids.values()).order_by("pk")):
        keeper = keepers[place % len(keepers)] if keepers else None
        company.team, company.keeper = trade, keeper
        company.save(update_fields=["team", "keeper"])
        Person.objects.filter(affiliations__company=company).update(keeper=keeper)


def _tag(
    shop: Shop, person_ids: dict[str, int], company_ids: dict[str, int], traces: Traces, at: datetime
) -> None:
    resellers = [person_ids[number] for number in company_ids]
    regulars = [person_ids[number] for number, _count in _by_orders(shop)[:VIPS] if number in person_ids]
    abroad = [person_ids[number] for number, country in shop.customers.items() if country != "United Kingdom"]
    for (name, colour), people in zip(words.TAGS, (resellers, regulars, abroad), strict=True):
        tag, is_new = Tag.objects.get_or_create(name=name, defaults={"colour": colour})
        traces.tag_ids += [tag.pk] * is_new
        write_person_tags(people, [tag], at)


def _by_orders(shop: Shop) -> list[tuple[str, int]]:
    return Counter(order.customer for order in shop.orders if order.customer).most_common()


def _known_best(shop: Shop, person_ids: dict[str, int]) -> list[Person]:
    """Return the customers who ordered most often, in that order."""
    numbers = [person_ids[number] for number, _count in _by_orders(shop)[:160] if number in person_ids]
    found = Person.objects.in_bulk(numbers)
    return [found[number] for number in numbers]


def _write_notes(dice: Random, people: list[Person], members: list[Member], at: datetime) -> None:
    for place in range(NOTES if members else 0):
        person, member = (
            people[place % min(40, len(people)) if place < 55 else dice.randrange(len(people))],
            dice.choice(members),
        )
        said = dice.choice(words.NOTES).format(
            first=person.first_name, colleague=f"@{dice.choice(members).name}"
        )
        moment = at - timedelta(days=dice.randint(1, 150), minutes=dice.randint(0, 500))
        note = write_note(person, said, by=_as(member), at=max(moment, person.created_at))
        if place % 9 == 0:
            pin_note(note, by=_as(member), at=at)


def _write_tasks(dice: Random, people: list[Person], members: list[Member], at: datetime) -> None:
    hands = [member for member in members if member.role in ("agent", "manager")]
    for place in range(TASKS if hands else 0):
        person, member = people[place % min(50, len(people))], dice.choice(hands)
        title = dice.choice(words.TASKS).format(first=person.first_name)
        due = at.replace(hour=9 + place % 8, minute=0, second=0, microsecond=0) + timedelta(
            days=dice.randint(-3, 12)
        )
        values = {"title": title, "due_at": due, "assignee": member.pk}
        task = create_task(
            values, by=_as(dice.choice(members)), at=at - timedelta(days=dice.randint(4, 20)), about=person
        )
        if place % 4 == 0:
            finish_task(task, by=_as(member), at=at - timedelta(hours=dice.randint(2, 60)))


def _remember_things(dice: Random, people: list[Person], members: list[Member], at: datetime) -> None:
    for place in range(MEMOS if members else 0):
        person, member = people[place % min(80, len(people))], dice.choice(members)
        moment = max(at - timedelta(days=dice.randint(2, 200)), person.created_at)
        add_memo(person, dice.choice(words.MEMOS), by=_as(member), at=moment)
        if place % 3 == 0:
            kind, text = dice.choice(words.PREFERENCES)
            add_preference(person, text, kind=kind, by=_as(member), at=moment)


def _subscribe(dice: Random, people: list[Person], members: list[Member], at: datetime) -> None:
    by = _as(members[0]) if members else Actor.clock("demo")
    for place, person in enumerate(people[: BOXES + CATALOGUES]):
        is_box = place < BOXES
        started = (at - timedelta(days=dice.randint(20, 320))).date()
        draft = SubscriptionDraft(
            name=words.BOX if is_box else words.CATALOGUE,
            amount_minor=2400 if is_box else 4500,
            currency=CURRENCY,
            interval="month" if is_box else "year",
            started_on=max(started, person.created_at.date()),
        )
        held = start_subscription(person, draft, by=by, at=at, silent=True)
        due = held.renews_on
        while due is not None and due <= at.date():
            held = renew_subscription(held, by=by, at=at, on=due)
            due = held.renews_on if held.renews_on != due else next_renewal(due, held.interval)


def _as(member: Member) -> Actor:
    return Actor("member", member.pk, member.name, member_id=member.pk)
