"""The addresses that providers of texts call: open to all, because each call bears the provider's own mark."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.keeping import read_kept
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions.hooks import hear_hook
from regulars.messaging.actions.text_carrying import LINK_PURPOSE
from regulars.messaging.engine.providers.values import Forged, Webhook
from regulars.messaging.models import Connection, Direction, MessageFile
from regulars.messaging.models.messages import FILES
from regulars.messaging.views.threads import download
from regulars.team.gate import open_to_all

LARGEST, DAY = 1_000_000, 86_400
# What providers take by its type and no browser runs.
TYPES = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf", "audio/mpeg", "audio/ogg", "audio/mp4",
        "video/mp4", "text/plain",
    }
)  # fmt: skip


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "POST"])
def hook(request: Request, hook_key: str) -> HttpResponse:
    """Hear one call of a provider."""
    connection = Connection.objects.select_related("channel").filter(hook_key=hook_key).first()
    if connection is None:
        raise NotThere
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    try:
        heard = hear_hook(connection, _webhook(request), by=Actor.clock(connection.provider), at=now())
    except Forged:
        return HttpResponse(status=403)
    return HttpResponse(heard.reply, content_type=heard.reply_type)


def _webhook(request: Request) -> Webhook:
    here = request.get_full_path()
    url = settings.PUBLIC_URL.rstrip("/") + here if settings.PUBLIC_URL else request.build_absolute_uri(here)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Webhook(request.method or "", url, headers, request.body, request.GET.dict())


@open_to_all
@require_http_methods(["GET", "HEAD"])
def provider_file(request: Request, sealed: str) -> HttpResponse:
    """Hand a file of an outgoing text to the provider that was given this link; the seal holds for a day."""
    try:
        number = int(TimestampSigner(salt=LINK_PURPOSE).unsign(sealed, max_age=DAY))
    except (BadSignature, ValueError):
        raise NotThere from None
    file = MessageFile.objects.filter(pk=number, message__direction=Direction.OUT).first()
    if file is None:
        raise NotThere
    response = download(read_kept(FILES, file.kept), file.name)
    if file.content_type in TYPES:
        response.headers["Content-Type"] = file.content_type
    return response
