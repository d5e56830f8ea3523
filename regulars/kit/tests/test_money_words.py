from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.formats import number_format
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.markup import ago, number
from regulars.kit.money import exponent, format_money, write_number

LANGUAGES = st.sampled_from(["en", "fi", "lt", "nb", "hu", "de", "hi"])
AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)


@given(AMOUNTS, LANGUAGES)
def test_whole_numbers_are_grouped_as_the_language_does(value: int, language: str) -> None:
    with translation.override(language):
        assert write_number(value) == number_format(value, 0, use_l10n=True, force_grouping=True)


@given(AMOUNTS, LANGUAGES, st.sampled_from(["CHF", "UGX", "KWD", "CLF"]), st.booleans())
def test_money_is_written_as_the_language_writes_numbers(
    minor: int, language: str, currency: str, whole: bool
) -> None:
    places = exponent(currency)
    value = abs(Decimal(minor).scaleb(-places))

    with translation.override(language):
        text = number_format(value, 0 if whole else places, use_l10n=True, force_grouping=True)
        shown = format_money(minor, currency, whole=whole)

    sign = "−" if minor < 0 else ""
    assert shown == f"{sign}{text}\N{NO-BREAK SPACE}{currency}"


def test_numbers_keep_their_decimals_when_asked() -> None:
    with translation.override("fi"):
        assert 'class="num">1\xa0234,50<' in number(1234.5, 2)
        assert 'class="num">1\xa0234<' in number(1234)


@pytest.mark.parametrize(
    ("back", "said"), [(timedelta(minutes=5), "5 min ago"), (timedelta(hours=30), "yesterday")]
)
def test_how_long_ago_is_told_in_the_readers_time_zone(back: timedelta, said: str) -> None:
    at = datetime.now(UTC) - back

    with timezone.override(ZoneInfo("Europe/Helsinki")), translation.override("en"):
        shown = ago(at)
        local = timezone.localtime(at)

    month = local.strftime("%b")
    assert f"{local.day} {month} {local.year}, {local:%H:%M}" in shown
    assert said in shown or back > timedelta(hours=1)
