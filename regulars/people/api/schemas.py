"""What goes in and comes out, with examples."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from regulars.kit.api import Sent

MANY = 200


class IdentityIn(Sent):
    """An address, number, handle or external id."""

    kind: str = Field(
        ...,
        examples=["email"],
        description="email, phone, external, website, facebook, instagram, twitter, linkedin, telegram, whatsapp, chat or other.",
    )
    value: str = Field(..., max_length=320, examples=["ada@example.com"])
    label: str = Field("", max_length=60)
    is_primary: bool | None = None
    is_verified: bool = False
    is_shared: bool = False


class IdentityOut(Schema):
    """An identity as it is stored."""

    id: int = Field(..., examples=[31])
    person: int = Field(..., examples=[17])
    kind: str = Field(..., examples=["email"])
    value: str = Field(..., examples=["ada@example.com"])
    label: str
    is_primary: bool
    is_verified: bool
    is_shared: bool
    bounced_at: datetime | None
    ended_at: datetime | None


class AddressIn(Sent):
    """A postal address."""

    street: str = Field("", max_length=300, examples=["Mannerheimintie 1"])
    city: str = Field("", max_length=120, examples=["Helsinki"])
    region: str = Field("", max_length=120)
    postcode: str = Field("", max_length=20, examples=["00100"])
    country: str = Field("", max_length=60, examples=["FI"])
    label: str = Field("", max_length=60, examples=["home"])


class AddressPut(AddressIn):
    """A postal address of somebody known: with its id to correct it, without to add one."""

    id: int | None = Field(None, ge=1, le=2**62, examples=[12])
    is_primary: bool = Field(False, description="The address that tells the person's city and country.")


class AddressOut(Schema):
    """A postal address as it is stored."""

    id: int = Field(..., examples=[12])
    label: str = Field(..., examples=["home"])
    street: str = Field(..., examples=["Mannerheimintie 1"])
    city: str = Field(..., examples=["Helsinki"])
    region: str
    postcode: str = Field(..., examples=["00100"])
    country: str = Field(..., examples=["FI"])
    is_primary: bool


class SpecialDay(Sent):
    """A day worth remembering each year besides the birthday."""

    name: str = Field(..., max_length=100, examples=["Wedding day"])
    day: date = Field(..., examples=["2015-06-20"])


class AttachmentOut(Schema):
    """A file kept with a person."""

    id: int = Field(..., examples=[6])
    name: str = Field(..., examples=["contract.pdf"])
    content_type: str = Field(..., examples=["application/pdf"])
    size: int = Field(..., examples=[48213], description="Bytes.")
    created_at: datetime


class BelongingIn(Sent):
    """A company by name or id, and as what."""

    company: str | int = Field(..., examples=["Nordlicht Kaffee"])
    role: str = Field("", max_length=120)
    from_on: date | None = None
    to_on: date | None = None
    is_primary: bool = False


class BelongingOut(Schema):
    """Where somebody belongs."""

    id: int = Field(..., examples=[8])
    company_id: int = Field(..., examples=[4])
    company: str = Field(..., examples=["Nordlicht Kaffee"])
    role: str = Field(..., examples=["Buyer"])
    is_primary: bool
    from_on: date | None
    to_on: date | None


class PersonFields(Sent):
    """What a person is made and changed with."""

    name: str | None = Field(None, max_length=300, examples=["Ada Lovelace"])
    first_name: str | None = Field(None, max_length=150)
    last_name: str | None = Field(None, max_length=150)
    job_title: str | None = Field(None, max_length=150)
    language: str | None = Field(None, max_length=40, examples=["fi"])
    time_zone: str | None = Field(None, max_length=64, examples=["Europe/Helsinki"])
    country: str | None = Field(None, max_length=60, examples=["FI"])
    city: str | None = Field(None, max_length=120)
    birthday: date | None = Field(None, examples=["1990-04-12"])
    keeper: int | None = Field(None, description="Number of the member who keeps this person.")
    team: int | None = None
    acquired_channel: str | None = Field(None, max_length=60, examples=["instagram"])
    acquired_campaign: str | None = Field(None, max_length=120, examples=["spring fair"])
    acquired_cost_minor: int | None = Field(
        None, ge=0, le=10**15, examples=[1250], description="What it cost to win them; needs costs.see."
    )
    acquired_currency: str | None = Field(
        None, min_length=3, max_length=3, examples=["EUR"], description="The business's own unless said."
    )
    preferred_channel: str | None = Field(None, max_length=30)
    preferred_hour: int | None = Field(None, ge=0, le=23)
    custom: dict[str, Any] | None = Field(None, description="Custom fields by their key.")
    expected_version: int | None = Field(
        None, description="Refuse when the person was changed since this version."
    )


class PersonChange(PersonFields):
    """The fields of a person that change; what is not named stays, a list named replaces the whole list."""

    addresses: list[AddressPut] | None = Field(None, max_length=MANY)
    special_days: list[SpecialDay] | None = Field(None, max_length=MANY)


class PersonIn(PersonFields):
    """A new person: a name or one way to reach them is enough."""

    email: str | None = Field(None, max_length=320, examples=["ada@example.com"])
    phone: str | None = Field(None, max_length=60, examples=["+358 40 123 4567"])
    identities: list[IdentityIn] = Field([], max_length=MANY)
    companies: list[BelongingIn] = Field([], max_length=MANY)
    addresses: list[AddressIn] = Field([], max_length=MANY, description="The first is the primary one.")
    special_days: list[SpecialDay] = Field([], max_length=MANY)
    tags: list[str] = Field([], max_length=MANY, examples=[["wholesale"]])


class PersonOut(Schema):
    """A person with identities, companies, tags, addresses, special days and files."""

    id: int = Field(..., examples=[17])
    name: str = Field(..., examples=["Ada Lovelace"])
    first_name: str = Field(..., examples=["Ada"])
    last_name: str = Field(..., examples=["Lovelace"])
    job_title: str
    language: str
    time_zone: str
    country: str
    city: str
    birthday: date | None
    keeper: int | None
    team: int | None
    stage: str = Field(..., examples=["acquired"])
    stage_since: datetime | None
    health: str = Field(..., examples=["steady"])
    health_since: datetime | None
    acquired_channel: str = Field(..., examples=["instagram"])
    acquired_campaign: str = Field(..., examples=["spring fair"])
    acquired_cost_minor: int | None = Field(
        None, examples=[1250], description="Null also where the key may not see costs."
    )
    acquired_currency: str = Field(..., examples=["EUR"])
    preferred_channel: str
    preferred_hour: int | None
    tags: list[str]
    custom: dict[str, Any]
    identities: list[IdentityOut]
    companies: list[BelongingOut]
    addresses: list[AddressOut]
    special_days: list[SpecialDay]
    attachments: list[AttachmentOut]
    created_at: datetime
    updated_at: datetime
    last_touch_at: datetime | None
    version: int


class People(Schema):
    """One page of people."""

    items: list[PersonOut]
    next: str | None = None


class CompanyChange(Sent):
    """The fields of a company that change."""

    name: str | None = Field(None, max_length=200, examples=["Nordlicht Kaffee"])
    is_household: bool | None = None
    parent: int | None = None
    website: str | None = Field(None, max_length=300)
    industry: str | None = Field(None, max_length=120)
    external_id: str | None = Field(None, max_length=120)
    street: str | None = Field(None, max_length=300)
    city: str | None = Field(None, max_length=120)
    postcode: str | None = Field(None, max_length=20)
    country: str | None = Field(None, max_length=60)
    keeper: int | None = None
    team: int | None = None
    custom: dict[str, Any] | None = None
    expected_version: int | None = None


class CompanyIn(CompanyChange):
    """A new company or household."""

    name: str = Field(..., max_length=200, examples=["Nordlicht Kaffee"])
    domains: list[str] = Field([], max_length=MANY, examples=[["nordlicht.example"]])
    tags: list[str] = Field([], max_length=MANY)


class CompanyOut(Schema):
    """A company with its domains and tags."""

    id: int = Field(..., examples=[4])
    name: str = Field(..., examples=["Nordlicht Kaffee"])
    is_household: bool
    parent: int | None
    website: str
    industry: str
    external_id: str
    street: str
    city: str
    postcode: str
    country: str
    keeper: int | None
    team: int | None
    domains: list[str]
    tags: list[str]
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int


class Companies(Schema):
    """One page of companies."""

    items: list[CompanyOut]
    next: str | None = None


class TagsIn(Sent):
    """Names of tags; unknown ones are made."""

    tags: list[str] = Field(..., min_length=1, max_length=MANY, examples=[["wholesale"]])
