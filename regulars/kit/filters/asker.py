from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from regulars.kit.traits import Behaviour, Label, MaySee, Trait, behaviours_for, sees_everything, traits_for


@dataclass(frozen=True, kw_only=True)
class Asker:
    """For whom and when a filter is read: what they may see, who "me" is, and in which time zone a day begins.

    Made anew for each request or job: it remembers the traits and choices it once looked up.
    """

    now: datetime
    may_see: MaySee = sees_everything
    member_id: int | None = None
    zone: tzinfo = UTC
    _traits: dict[str, dict[str, Trait]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _choices: dict[tuple[str, str], dict[str, Label]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def traits(self, subject: str) -> Mapping[str, Trait]:
        """Return the traits of a subject that this asker may see, by name."""
        if subject not in self._traits:
            self._traits[subject] = traits_for(subject, self.may_see)
        return self._traits[subject]

    def behaviours(self, subject: str) -> Mapping[str, Behaviour]:
        """Return the behaviours of a subject that this asker may see, by name."""
        return behaviours_for(subject, self.may_see)

    def choices(self, trait: Trait) -> Mapping[str, Label]:
        """Return a trait's choices: labels by value, none where it has none."""
        name = trait.subject, trait.name
        if name not in self._choices:
            self._choices[name] = dict(trait.choices()) if trait.choices else {}
        return self._choices[name]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Return the moment a day begins."""
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def end_of(self, day: date) -> datetime:
        """Return the moment the next day begins."""
        return self.start_of(day + timedelta(days=1))

    @property
    def zone_name(self) -> str:
        return getattr(self.zone, "key", None) or "UTC"
