"""Django's templates, which let go of a page's data as soon as the page is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, Template, reraise
from django.template.context import make_context
from django.utils.safestring import SafeString


class Templates(DjangoTemplates):
    """The engine of the pages; a setting names it."""

    def from_string(self, template_code: str) -> Drawn:
        return Drawn(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> Drawn:
        try:
            return Drawn(self.engine.get_template(template_name), self)
        except TemplateDoesNotExist as problem:
            reraise(problem, self)
            raise


class Drawn(Template):
    """A template whose context ends with the drawing.

    A context stands in a circle with its layers, so that everything it holds stays until a search for garbage, which for the rows of
    a few dozen pages took as long as a page itself and fell into the middle of one.
    """

    def render(
        self, context: Mapping[str, Any] | None = None, request: HttpRequest | None = None
    ) -> SafeString:
        held = make_context(dict(context or {}), request, autoescape=self.backend.engine.autoescape)
        try:
            return self.template.render(held)
        except TemplateDoesNotExist as problem:
            reraise(problem, self.backend)
            raise
        finally:
            held.dicts.clear()
