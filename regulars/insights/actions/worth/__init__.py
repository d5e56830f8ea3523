"""What is known of each customer, worked out for all from the mirror, and for a few at once from PostgreSQL."""

from regulars.insights.actions.worth.all_people import refresh_worth
from regulars.insights.actions.worth.knowing import is_learned
from regulars.insights.actions.worth.some_people import changed_since, refresh_worth_of

__all__ = ["changed_since", "is_learned", "refresh_worth", "refresh_worth_of"]
