from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.commerce.models import Kind, OrderStatus, Subscription
from regulars.commerce.queries.kinds import kind_choices

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAY = {"type": "date"}


class AmountField(forms.DecimalField):
    """An amount of money as people type it: with a comma or a point, with or without spaces."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_digits=15, decimal_places=4, **more)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = str(value or "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        if text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        return super().to_python(text)


class OrderForm(forms.Form):
    """An order's head; the lines stand beside it."""

    number = forms.CharField(
        label=_("Number"), max_length=80, required=False, help_text=_("Left blank, it gets one.")
    )
    placed_at = forms.DateTimeField(label=_("Placed"), widget=MOMENT)
    status = forms.ChoiceField(label=_("Status"), choices=OrderStatus.choices, initial=OrderStatus.PAID)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    channel = forms.CharField(label=_("Channel"), max_length=60, required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=120, required=False)
    coupon = forms.CharField(label=_("Coupon"), max_length=60, required=False)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as GB.")
    )
    shipping = AmountField(label=_("Shipping"), required=False)
    discount = AmountField(label=_("Discount"), required=False)


class LineForm(forms.Form):
    """One line of an order; empty ones are passed over."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    sku = forms.CharField(label=_("Code"), max_length=80, required=False)
    name = forms.CharField(label=_("Description"), max_length=250, required=False)
    quantity = AmountField(label=_("Quantity"), required=False)
    unit_price = AmountField(label=_("Unit price"), required=False)

    def is_blank(self) -> bool:
        """Tell whether nothing was typed here."""
        said = self.cleaned_data
        return not (said.get("sku") or said.get("name") or said.get("unit_price"))


LineForms = forms.formset_factory(LineForm, extra=2, max_num=500)


class RefundForm(forms.Form):
    """Why and how much, where it is not just lines."""

    amount = AmountField(
        label=_("Amount"),
        required=False,
        help_text=_("Left blank: what the chosen pieces cost, or all that is left."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class AssignForm(forms.Form):
    """Whose order it is: found by e-mail, number or id."""

    customer = forms.CharField(
        label=_("Customer"), max_length=200, required=False,
        help_text=_("Their e-mail, name or customer number. Left blank, it becomes a guest order."),
    )  # fmt: skip


class ProductForm(forms.Form):
    """A product's words, kind, price, and what it costs or earns."""

    name = forms.CharField(label=_("Name"), max_length=250)
    sku = forms.CharField(label=_("Code"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    price = AmountField(label=_("Price"), required=False)
    cost = AmountField(label=_("Cost"), required=False)
    margin = AmountField(
        label=_("Margin in percent"), required=False, help_text=_("If the cost is not known.")
    )
    is_active = forms.BooleanField(label=_("Still sold"), required=False, initial=True)

    def __init__(self, *given: Any, sees_costs: bool = True, **more: Any) -> None:
        super().__init__(*given, **more)
        kinds: Any = self.fields["kind"]
        kinds.choices = [("", _("None")), *kind_choices()]
        if not sees_costs:
            del self.fields["cost"], self.fields["margin"]


class KindForm(forms.Form):
    """A kind of product and what it stands under."""

    name = forms.CharField(label=_("Name"), max_length=100)
    parent = forms.ChoiceField(label=_("Under"), required=False)

    def __init__(self, *given: Any, without: Kind | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        parents: Any = self.fields["parent"]
        below = str(without.pk) if without else ""
        parents.choices = [
            ("", _("On top")),
            *((key, label) for key, label in kind_choices() if key != below),
        ]


class LevelForm(forms.Form):
    """Which level of the tree counts."""

    level = forms.TypedChoiceField(
        label=_("Level that counts"), coerce=int, choices=[(level, str(level)) for level in range(1, 6)],
        help_text=_("When customers are compared by what they buy, everything below this level counts as the same."),
    )  # fmt: skip


class SubscriptionForm(forms.Form):
    """What somebody pays for again and again."""

    name = forms.CharField(label=_("Name"), max_length=200)
    amount = AmountField(label=_("Amount"))
    interval = forms.ChoiceField(label=_("Every"), choices=Subscription.INTERVALS, initial="month")
    started_on = forms.DateField(label=_("Started"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    renews_on = forms.DateField(
        label=_("Renews"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )


class SubscriptionChangeForm(SubscriptionForm):
    """What may change about a subscription."""

    started_on = None  # type: ignore[assignment]
    status = forms.ChoiceField(label=_("Status"), choices=Subscription.STATUSES)


class RateForm(forms.Form):
    """What one unit of a currency is worth from a day on."""

    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters, such as USD."))
    rate = forms.DecimalField(label=_("Rate"), max_digits=18, decimal_places=8)
    day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
