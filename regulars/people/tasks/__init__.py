"""What the people room does by the clock and behind everybody's back."""

from regulars.people.tasks import by_the_clock, field_indexes, imports, stages  # noqa: F401  importing them declares them
