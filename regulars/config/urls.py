from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
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

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="people:list"), name="home"),
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("regulars.team.account_urls")),
    path("api/v1/docs", docs, name="api-docs"),
    path("api/v1/", api.urls),
]
urlpatterns += [
    path(prefix, include(f"regulars.{room}.urls"))
    for room, prefix in ROOMS.items()
    if find_spec(f"regulars.{room}.urls")
]
