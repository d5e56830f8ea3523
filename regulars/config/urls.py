from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.views.generic import RedirectView

from regulars.config.api import api, docs
from regulars.config.health import healthz

ROOMS = {
    "team": "",
    "people": "",
    "timeline": "",
    "commerce": "",
    "messaging": "",
    "inbox": "",
    "insights": "",
    "kit": "kit/",
}


class Room(URLResolver):
    """A room's addresses, passed over at once when none of them begins like the one that is looked for; so each begins with a word."""

    @cached_property
    def _beginnings(self) -> set[str]:
        found = {str(one.pattern).split("/", 1)[0] for one in self.url_patterns}
        if any("<" in one for one in found):
            raise ImproperlyConfigured(f"An address of {self.namespace} begins with a value.")
        return found

    def resolve(self, path: str) -> Any:
        found = self.pattern.match(path)
        rest = str(found[0]) if found else ""
        if rest.split("/", 1)[0] not in self._beginnings:
            raise Resolver404({"tried": [], "path": rest})
        return super().resolve(path)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="people:list"), name="home"),
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("regulars.team.account_urls")),
    path("api/v1/docs", docs, name="api-docs"),
    path("api/v1/", api.urls),
]
for room, prefix in ROOMS.items():
    if find_spec(f"regulars.{room}.urls"):
        module, app_name, namespace = include(f"regulars.{room}.urls")
        pattern = RoutePattern(prefix, is_endpoint=False)
        urlpatterns.append(Room(pattern, module, app_name=app_name, namespace=namespace))
