"""Templates obey the content policy, name addresses that exist, and their fragments render alone."""

from __future__ import annotations

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from regulars.config.tests.fragments import SAMPLES
from regulars.kit.wording import CUSTOMER

HOUSE = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in HOUSE.rglob("templates/**/*") if path.suffix in (".html", ".txt"))
FRAGMENTS = [path for path in TEMPLATES if path.name.startswith("_")]
# Each is refused by the policy that every page is sent with.
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a script of its own": re.compile(
        r"<script(?![^>]*\s(?:src=|type=.application/json))[^>]*>\s*[^<\s]", re.IGNORECASE
    ),
    "a handler in an attribute": re.compile(r"<[^>]*\s(?:hx-)?on[a-z:-]+\s*=", re.IGNORECASE),
    "an address that runs": re.compile(r"javascript:", re.IGNORECASE),
    "a style element": re.compile(r"<style[\s>]", re.IGNORECASE),
}
COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
URL_TAG = re.compile(r"""{%\s*url\s+["']([\w:-]+)["']""")
REVERSE = re.compile(r"""\breverse(?:_lazy)?\(\s*["']([\w:-]+)["']""")
LONGEST_FRAGMENT, LONGEST_PAGE = 60, 150


def name_of(path: Path) -> str:
    return str(path).split("/templates/", 1)[1]


def test_templates_obey_the_content_policy() -> None:
    broken = {
        name_of(path): what
        for path in TEMPLATES
        for what, pattern in FORBIDDEN.items()
        if path.suffix == ".html" and pattern.search(COMMENT.sub("", path.read_text()))
    }

    assert broken == {}


def test_the_policy_would_be_noticed() -> None:
    planted = {
        "a style attribute": '<p class="a" style="color: red">',
        "a script of its own": "<script>go()</script>",
        "a handler in an attribute": '<a href="#" onclick="go()">',
        "an address that runs": '<a href="javascript:go()">',
        "a style element": "<style>p { color: red }</style>",
    }

    assert {what for what, text in planted.items() if FORBIDDEN[what].search(text)} == set(FORBIDDEN)


def test_templates_are_short() -> None:
    long = {
        name_of(path): count
        for path in TEMPLATES
        if (count := path.read_text().count("\n")) > (LONGEST_FRAGMENT if path in FRAGMENTS else LONGEST_PAGE)
    }

    assert long == {}


@pytest.mark.django_db
def test_fragments_render_alone() -> None:
    broken = {name: problem for path in FRAGMENTS if (problem := problem_of(name := name_of(path)))}

    assert broken == {}, "Name what they need in regulars/config/tests/fragments.py."


def problem_of(name: str) -> str:
    try:
        render_to_string(name, SAMPLES[name]() if name in SAMPLES else {})
    except Exception as problem:  # noqa: BLE001  whatever it is, it is reported with the fragment's name
        return repr(problem)
    return ""


def test_every_address_that_is_named_exists() -> None:
    known = set(names(get_resolver()))
    files = [*TEMPLATES, *(path for path in HOUSE.rglob("*.py") if "tests" not in path.parts)]
    named = {
        (name, str(path.relative_to(HOUSE)))
        for path in files
        for pattern in (URL_TAG, REVERSE)
        for name in pattern.findall(path.read_text())
    }

    assert sorted((name, where) for name, where in named if name not in known) == []


def names(resolver: URLResolver, prefix: str = "") -> list[str]:
    found = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found += names(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif isinstance(one, URLPattern) and one.name:
            found.append(f"{prefix}{one.name}")
    return found


# What a customer sees lies in templates/<room>/customer/ and is complete in every language.
SAID = re.compile(
    r"""{%\s*(?:translate|trans)\s+(["'])(?P<one>.*?)\1(?P<more>[^%]*)%}|{%\s*blocktrans(?:late)?(?P<said>[^%]*)%}(?P<block>.*?){%""",
    re.DOTALL,
)
FOR_CUSTOMERS = f'context "{CUSTOMER}"'


def test_whatever_a_customer_sees_is_complete_in_every_language() -> None:
    seen = [path for path in TEMPLATES if "customer" in path.parts]
    texts = {text for path in seen for text in texts_of(path.read_text())}

    assert [(text, language) for text in texts for language in missing(text)] == []


def test_customers_words_stand_apart_from_the_teams() -> None:
    """The same English word is translated for customers only, so that no page of the team speaks two languages."""
    for path in TEMPLATES:
        told = {(found["more"] or found["said"] or "") for found in SAID.finditer(path.read_text())}
        are_for_customers = {FOR_CUSTOMERS in one for one in told}

        assert are_for_customers <= {"customer" in path.parts}, path


def test_the_catalogues_hold_customers_words_only() -> None:
    for path in HOUSE.glob("*/locale/*/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            known = [key for key in GNUTranslations(file)._catalog if key]  # type: ignore[attr-defined]

        assert known, path
        assert [key for key in known if not str(key).startswith(f"{CUSTOMER}\x04")] == [], path


def test_a_missing_translation_would_be_noticed() -> None:
    text = """{% translate "Save" context "customer" %}{% blocktranslate context "customer" %}Nobody translated this{% endblocktranslate %}"""

    assert texts_of(text) == ["Save", "Nobody translated this"]
    assert missing("Save") == []
    assert missing("Nobody translated this") == ["fi", "lt", "nb", "hu"]


def texts_of(template: str) -> list[str]:
    return [found["one"] or (found["block"] or "").strip() for found in SAID.finditer(template)]


def missing(text: str) -> list[str]:
    lacking = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            if language != "en" and translation.pgettext(CUSTOMER, text) == text:
                lacking.append(language)
    return lacking
