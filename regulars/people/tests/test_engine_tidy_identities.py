import doctest
import random
import xml.etree.ElementTree as ElementTree

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.people.engine.sayings import Unclear
from regulars.people.engine.tidy import emails, phones
from regulars.people.engine.tidy.emails import several_emails, tidy_email
from regulars.people.engine.tidy.phones import several_phones, tidy_phone
from regulars.people.tests.shared_data import shared


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(emails).failed == 0
    assert doctest.testmod(phones).failed == 0


_atom = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
_label = st.text("abcXYZ019-", min_size=1, max_size=12)
_top = st.sampled_from(["com", "test", "local", "a1", "org", "x", "1a", "xn--p1ai", "onion", "co-op", "arpa"])
_address = st.builds(
    lambda local, labels, top: f"{'.'.join(local)}@{'.'.join([*labels, top])}",
    st.lists(_atom, min_size=1, max_size=10),
    st.lists(_label, min_size=0, max_size=4),
    _top,
)


@settings(max_examples=1500, deadline=None)
@given(_address)
def test_the_quick_look_at_an_address_never_differs_from_the_library(address: str) -> None:
    try:
        found = validate_email(address, check_deliverability=False)
        by_library = f"{found.local_part}@{found.ascii_domain}".lower()
    except EmailNotValidError:
        by_library = ""

    if emails._WELL_FORMED.fullmatch(address.lower()):
        assert address.lower() == by_library


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("  ada@example.org\t", "ada@example.org"),
        ("mailto:ada@example.org", "ada@example.org"),
        ("Ada Lovelace <ada@example.org>", "ada@example.org"),
        ('"Lovelace, Ada" <ada@example.org>', "ada@example.org"),
        ("ada@example.org;", "ada@example.org"),
        ("o'brien+news@shop.example", "o'brien+news@shop.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ADA@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("jösé@example.org", "jösé@example.org"),
        ("ada\u200b@example.org", "ada@example.org"),
    ],
)
def test_addresses_are_stored_in_one_form(written: str, stored: str) -> None:
    assert tidy_email(written) == stored
    assert tidy_email(stored) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "ada@example",
        "ada@exa_mple.org",
        "a@b@c.org",
        "ada@example..org",
        "ada@127.0.0.1",
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(Unclear) as refusal:
        tidy_email(written)

    assert str(refusal.value).endswith(".")


def test_a_cell_may_hold_several_addresses() -> None:
    assert several_emails("a@example.org, B@example.org;a@example.org") == ["a@example.org", "b@example.org"]
    assert several_emails("A <a@example.org>, B <b@example.org>") == ["a@example.org", "b@example.org"]


# The suite reads the RFCs to the letter. What it calls an error and we take is forgiven on purpose: space, quotes or
# a full stop around an address are slips of copying. What it takes and we refuse has comments, quoted parts, address
# literals or no dot in its domain: legal, and nothing that a shop's customer can be reached at. What only DNS knows
# is not asked.
_FORGIVEN = {"ISEMAIL_ERR", "ISEMAIL_CFWS", "ISEMAIL_DEPREC"}
_NOT_FOR_US_TO_DOUBT = {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN"}


def test_the_isemail_suite_differs_from_us_only_where_explained() -> None:
    suite = ElementTree.parse(shared("email-addresses/isemail_tests.xml")).getroot()
    verdicts: dict[str, list[tuple[str, str]]] = {}
    for case in suite.findall("test"):
        address = _unpictured(case.findtext("address") or "")
        verdicts.setdefault(case.findtext("category") or "", []).append((address, _taken(address)))

    assert sum(map(len, verdicts.values())) == 164
    for category, addresses in verdicts.items():
        for address, stored in addresses:
            if category in _NOT_FOR_US_TO_DOUBT:
                assert stored == (address if address != "test@io" else "")
            elif category in _FORGIVEN:
                assert stored in ("", address.strip(' \r\n"').rstrip("."))
            else:
                # One local part of 65 letters, which real mail systems have been seen to take.
                assert stored in ("", "abcdefghijklmnopqrstuvwxyz" * 2 + "abcdefghiklmn@iana.org")


def _taken(address: str) -> str:
    """Return the address as stored, or nothing when it is refused."""
    try:
        return tidy_email(address)
    except Unclear:
        return ""


def _unpictured(text: str) -> str:
    """Return the control characters that the suite writes as pictures."""
    return "".join(
        chr(ord(letter) - 0x2400) if 0x2400 <= ord(letter) <= 0x2420 else letter for letter in text
    )


@pytest.mark.parametrize(
    ("written", "country", "stored"),
    [
        ("+442079460018", "", "+442079460018"),
        ("0044 20 7946 0018", "FI", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("040 123 4567", "FI", "+358401234567"),
        ("06 1 234 5678", "HU", "+3612345678"),
        ("8 612 34567", "LT", "+37061234567"),
        ("06 698 12345", "IT", "+390669812345"),
        ("(201) 555-0123", "US", "+12015550123"),
        ("1-201-555-0123", "US", "+12015550123"),
        ("397.884.0519x718", "US", "+13978840519;ext=718"),
        ("+1 201 555 0123 ext. 9", "", "+12015550123;ext=9"),
        ("tel:+49-30-901820", "", "+4930901820"),
        ("٠٤٠١٢٣٤٥٦٧", "FI", "+358401234567"),
    ],
)
def test_numbers_are_stored_in_the_international_form(written: str, country: str, stored: str) -> None:
    assert tidy_phone(written, country) == stored
    assert tidy_phone(stored, country) == stored


@pytest.mark.parametrize(
    "written", ["", "abc", "12", "+999123456789", "+1 201", "020 7946 0018", "+44207946001812345"]
)
def test_what_is_no_number_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(Unclear) as refusal:
        tidy_phone(written, "")

    assert str(refusal.value).endswith(".")


def test_a_local_number_without_area_code_is_refused() -> None:
    with pytest.raises(Unclear, match="area code"):
        tidy_phone("555-0123", "US")


def test_a_cell_may_hold_several_numbers() -> None:
    assert several_phones("+442079460018 / 020 7946 0019", "GB") == ["+442079460018", "+442079460019"]


@pytest.mark.slow
def test_the_quick_look_at_a_number_never_differs_from_the_library() -> None:
    dice = random.Random(7)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for written in _numbers_of(region, dice):
            bare = written.translate(phones._SEPARATORS)
            quick = phones._international(bare) if bare.startswith("+") else phones._national(bare, region)
            if quick:
                assert quick == phones._by_library(written, region), (region, written)


def _numbers_of(region: str, dice: random.Random) -> list[str]:
    """Return numbers of a country in the forms people write, right ones and wrong ones."""
    examples = []
    for kind in range(11):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        for form in range(3):
            examples.append(str(phonenumbers.format_number(example, form)))
    spoilt = [
        number.replace(old, str(dice.randrange(10)), 1)
        for number in examples
        for old in "0123456789"
        for _ in range(2)
    ]
    code = phonenumbers.country_code_for_region(region)
    rough = [str(dice.randrange(10**length)) for length in range(5, 13) for _ in range(15)]
    return (
        examples
        + spoilt
        + rough
        + ["0" + number for number in rough]
        + [f"+{code}{number}" for number in rough]
    )
