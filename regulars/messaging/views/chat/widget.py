"""The one script that websites load."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from regulars.team.gate import open_to_all

# The parts of the script in the order of their names; put together here, so that nobody needs a build step.
PARTS = Path(__file__).resolve().parents[2] / "static" / "messaging" / "widget"
KEPT_SECONDS = 3600


@require_safe
@open_to_all
def widget(request: HttpRequest) -> HttpResponse:
    """Hand out the widget, packed where the browser can unpack it; websites name it without a version, so it is kept for an hour."""
    plain, packed, mark = _script()
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    if request.headers.get("If-None-Match") == mark:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(packed if is_packed else plain, content_type="text/javascript; charset=utf-8")
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = mark
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@lru_cache(maxsize=1)
def _script() -> tuple[bytes, bytes, str]:
    parts = "\n".join(part.read_text(encoding="utf-8") for part in sorted(PARTS.glob("*.js")))
    plain = f'(() => {{\n"use strict";\n{parts}}})();\n'.encode()
    return plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
