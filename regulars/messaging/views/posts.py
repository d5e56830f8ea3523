"""Where mail services post to: mail that came in, and what became of mail that left."""

from __future__ import annotations

import hashlib
import hmac

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import NotThere, Refused
from regulars.kit.secrets import derived
from regulars.messaging.actions import take_in
from regulars.messaging.actions.mailboxes import knock
from regulars.messaging.actions.reports import mark_delivery
from regulars.messaging.engine.mail_posts import PROVIDERS, NotUnderstood, events_in, mails_in
from regulars.messaging.models import Channel
from regulars.team.gate import open_to_all

# Services take mails of up to some 25 to 40 MB, which grow by a third in a post.
LARGEST_POST = 80_000_000
# What the library calls it, and what we do.
OUTCOMES = {
    "delivered": "delivered",
    "bounced": "bounced",
    "rejected": "failed",
    "failed": "failed",
    "complained": "complained",
}


def key_of(channel: Channel) -> str:
    """Return the secret in a channel's addresses for posts; it changes with the installation's own."""
    said = f"{channel.pk}:{channel.created_at.isoformat()}".encode()
    return hmac.new(derived("mail posts"), said, hashlib.sha256).hexdigest()[:40]


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
@open_to_all
def posted_mail(request: HttpRequest, service: str, desk: int, secret: str) -> HttpResponse:
    """Take in what a service posts; it is told so when it is in the database."""
    channel = _channel(service, desk, secret)
    by = Actor.clock("mail")
    if not _is_read(request):
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    try:
        mails = mails_in(service, request) if request.method == "POST" else []
        for raw in mails:
            take_in(raw, channel, by=by, at=now())
    except (NotUnderstood, Refused) as problem:
        return HttpResponse(str(problem)[:200], status=400, content_type="text/plain")
    if mails:
        knock()
    return HttpResponse(status=204)


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
@open_to_all
def posted_reports(request: HttpRequest, service: str, desk: int, secret: str) -> HttpResponse:
    """Note what a service reports of letters that left."""
    _channel(service, desk, secret)
    try:
        events = events_in(service, request) if request.method == "POST" else []
    except NotUnderstood as problem:
        return HttpResponse(str(problem)[:200], status=400, content_type="text/plain")
    for event in events:
        outcome = OUTCOMES.get(event.event_type)
        # A mailbox that is full today is not one that never takes mail.
        if outcome == "bounced" and event.reject_reason not in (None, "", "bounced", "invalid"):
            outcome = "failed"
        if outcome:
            words = event.description or event.mta_response or ""
            mark_delivery(
                event.message_id or "", event.recipient or "", outcome, words[:500], event.timestamp or now()
            )
    return HttpResponse(status=204)


def _is_read(request: HttpRequest) -> bool:
    """Read the whole post, which with its files may be larger than what our pages take; tell whether it is not too large."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST_POST:
        return False
    # The framework keeps what was read under this name, and reads forms and files from it.
    request._body = request.read(LARGEST_POST + 1)
    return len(request.body) <= LARGEST_POST


def _channel(service: str, desk: int, secret: str) -> Channel:
    found = Channel.objects.filter(pk=desk).first()
    # Who guesses learns nothing, not even which desks there are.
    if service not in PROVIDERS or found is None or not constant_time_compare(key_of(found), secret):
        raise NotThere
    return found
