"""What customers read, kept apart from what the team reads: the same English word is translated for customers only.

Everything in the catalogues stands under this context, so that no page of the team speaks two languages by accident.
"""

from functools import partial

from django.utils.translation import pgettext, pgettext_lazy

CUSTOMER = "customer"
to_customer = partial(pgettext, CUSTOMER)
to_customer_lazy = partial(pgettext_lazy, CUSTOMER)
