"""The API: every room's routes under /api/v1/, behind one door that knows keys, limits and repeated requests."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.security import HttpBearer

from regulars import __version__
from regulars.kit.api import answer_refusals

ROOMS = ("people", "timeline", "commerce", "messaging", "inbox", "insights", "team")


class Key(HttpBearer):
    """An API key in the Authorization header; the door has already looked it up."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "seer", None)


api = NinjaAPI(
    title="Regulars",
    version=__version__,
    description="Everything the pages do, for programs. Lists take the filter language; every POST honours Idempotency-Key.",
    auth=Key(),
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)
answer_refusals(api)
for room in ROOMS:
    if find_spec(f"regulars.{room}.api"):
        api.add_router("", import_module(f"regulars.{room}.api").router)


def docs(request: HttpRequest) -> HttpResponse:
    """Show every route with its parameters and an example, readable without a script."""
    return render(request, "config/api_docs.html", {"routes": _routes(), "version": __version__})


def _routes() -> list[dict[str, Any]]:
    schema = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            group = (operation.get("tags") or ["other"])[0]
            groups.setdefault(group, []).append(_route(path, method, operation, schema))
    return [{"name": name, "routes": routes} for name, routes in groups.items()]


def _route(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = body.get("$ref", "").rsplit("/", 1)[-1]
    fields = schema.get("components", {}).get("schemas", {}).get(name, {}).get("properties", {})
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "fields": [
            {"name": key, "type": _type(value), "description": value.get("description", "")}
            for key, value in fields.items()
        ],
    }


def _type(value: dict[str, Any]) -> str:
    if "anyOf" in value:
        return " or ".join(_type(one) for one in value["anyOf"])
    if "$ref" in value:
        return str(value["$ref"]).rsplit("/", 1)[-1]
    kind = str(value.get("type", "any"))
    return f"list of {_type(value.get('items', {}))}" if kind == "array" else kind
