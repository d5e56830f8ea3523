from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from regulars.commerce.actions.demo.reading import Shop
from regulars.commerce.engine.invented import Invented, country_code, dice_for, invent_person, mail_address
from regulars.kit.actor import Actor
from regulars.people.actions import index_people, refresh_company_search
from regulars.people.engine.names import sort_key
from regulars.people.engine.search import identity_words, text_words
from regulars.people.models import Address, Affiliation, Company, CompanyDomain, Identity, Person

COMPANIES = 60
WORDS = {
    "GB": ("Gifts", "Interiors", "Home & Garden", "Trading Post", "Emporium", "Stores"),
    "DE": ("Geschenke", "Wohnen", "Landhaus"),
    "FR": ("Cadeaux", "Maison", "Décoration"),
    "": ("Gifts", "Living", "Home"),
}
ROLES = ("Owner", "Buyer", "Shop manager", "Purchasing")
BATCH = 2_000


def add_customers(shop: Shop, *, by: Actor, at: datetime) -> dict[str, int]:
    """Add an invented person for every customer number of the shop; return their ids by number."""
    first_at = _first_orders(shop, at)
    made = {
        number: invent_person(int(number), country_code(country))
        for number, country in shop.customers.items()
    }
    people = [_person(made[number], first_at[number], at) for number in made]
    Person.objects.bulk_create(people, batch_size=BATCH)
    ids = {number: person.pk for number, person in zip(made, people, strict=True)}

    identities = _identities(made, ids, first_at)
    Identity.objects.bulk_create(identities, batch_size=BATCH)
    Address.objects.bulk_create(
        [_address(one, ids[number]) for number, one in made.items() if one.country], batch_size=BATCH
    )
    values: dict[int, list[str]] = {}
    for identity in identities:
        values.setdefault(identity.person_id, []).extend(identity_words(identity.value))
    index_people((ids[number], text_words(one.name), values[ids[number]], []) for number, one in made.items())
    return ids


def _first_orders(shop: Shop, at: datetime) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    moments = [(order.customer, order.placed_at) for order in shop.orders]
    moments += [(refund.customer, refund.refunded_at) for refund in shop.refunds]
    for customer, moment in moments:
        first[customer] = min(first.get(customer, moment), moment)
    return {number: first.get(number, at) for number in shop.customers}


def _person(one: Invented, first_at: datetime, at: datetime) -> Person:
    return Person(
        name=one.name,
        first_name=one.first_name,
        last_name=one.last_name,
        sort_name=sort_key(one.first_name, one.last_name),
        language=one.language,
        time_zone=one.time_zone,
        country=one.country,
        city=one.city if one.country else "",
        birthday=date.fromisoformat(one.birthday) if one.birthday else None,
        acquired_channel=one.channel,
        preferred_channel="email",
        preferred_hour=one.hour,
        stage_since=first_at,
        is_demo=True,
        created_at=first_at,
        updated_at=at,
    )


def _identities(
    made: dict[str, Invented], ids: dict[str, int], first_at: dict[str, datetime]
) -> list[Identity]:
    taken = set(Identity.objects.filter(kind="email", ended_at__isnull=True).values_list("value", flat=True))
    rows = []
    for number, one in made.items():
        address = mail_address(one.handle, int(number), taken)
        for kind, value, label in (("email", address, ""), ("external", f"demo-{number}", "Customer number")):
            rows.append(
                Identity(
                    person_id=ids[number], kind=kind, value=value, raw=value, label=label, is_primary=True,
                    is_verified=kind == "email", created_at=first_at[number],
                )
            )  # fmt: skip
    return rows


def _address(one: Invented, person_id: int) -> Address:
    return Address(
        person_id=person_id,
        label="Home",
        street=one.street,
        city=one.city,
        postcode=one.postcode,
        country=one.country,
    )


def add_companies(shop: Shop, person_ids: dict[str, int], *, at: datetime) -> dict[str, int]:
    """Add an invented company for the customers who buy most, who are resellers; return its id by customer number."""
    spent: Counter[str] = Counter()
    for order in shop.orders:
        spent[order.customer] += order.total
    buyers = [number for number, _total in spent.most_common(COMPANIES + 1) if number in person_ids][
        :COMPANIES
    ]
    made = {number: _company(number, country_code(shop.customers[number]), at) for number in buyers}
    Company.objects.bulk_create(made.values())
    ids = {number: company.pk for number, company in made.items()}
    CompanyDomain.objects.bulk_create(
        [
            CompanyDomain(company=company, domain=_domain(number, company.name))
            for number, company in made.items()
        ],
        ignore_conflicts=True,
    )
    Affiliation.objects.bulk_create(_staff(made, person_ids, shop, at))
    refresh_company_search(ids.values())
    return ids


def _company(number: str, country: str, at: datetime) -> Company:
    owner, dice = invent_person(int(number), country), dice_for(f"company {number}")
    name = f"{owner.last_name} {dice.choice(WORDS.get(country, WORDS['']))}"
    return Company(
        name=name,
        sort_name=sort_key("", name) or name.casefold(),
        industry="Retail",
        website=f"https://{_domain(number, name)}",
        street=owner.street,
        city=owner.city,
        postcode=owner.postcode,
        country=country,
        is_demo=True,
        created_at=at,
        updated_at=at,
    )


def _domain(number: str, name: str) -> str:
    """Return a domain under .example, which RFC 2606 reserves: nobody can own it."""
    plain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    return f"{plain or 'shop'}-{number}.example"


def _staff(
    made: dict[str, Company], person_ids: dict[str, int], shop: Shop, at: datetime
) -> list[Affiliation]:
    """Let the buyer belong to the company and, in every second, a colleague from the same country."""
    others = {number: country for number, country in shop.customers.items() if number not in made}
    rows = []
    for place, (number, company) in enumerate(made.items()):
        dice = dice_for(f"staff {number}")
        rows.append((number, company, "Owner" if place % 3 else "Buyer"))
        near = [one for one, country in others.items() if country == shop.customers[number]]
        if place % 2 and near:
            colleague = dice.choice(near)
            del others[colleague]
            rows.append((colleague, company, dice.choice(ROLES[1:])))
    return [
        Affiliation(person_id=person_ids[number], company=company, role=role, is_primary=True, created_at=at)
        for number, company, role in rows
    ]
