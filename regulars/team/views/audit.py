from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import wants_fragment
from regulars.kit.requests import Request
from regulars.team.forms import AuditForm
from regulars.team.gate import needs
from regulars.team.models import AuditEntry
from regulars.team.queries import audit_entries
from regulars.team.views.audit_rows import FIRST_ROW, audit_table, export_row

PAGE = 50
CHUNK = 2000


@require_safe
@needs("audit.see")
def audit(request: Request) -> HttpResponse:
    """Show who did what, when and from where, before and after, newest first."""
    form = AuditForm(request.GET)
    entries = audit_entries(form.asked())
    after = request.GET.get("after", "")
    found = list((entries.filter(pk__lt=int(after)) if after.isdigit() else entries)[: PAGE + 1])
    params = {name: str(value) for name, value in request.GET.items() if name != "after" and value}
    table = audit_table(found[:PAGE], params, str(found[PAGE - 1].pk) if len(found) > PAGE else "")
    if wants_fragment(request) and after:
        return render(request, "kit/_rows.html", {"table": table})
    context = {"form": form, "table": table, "params": params, "query": urlencode(params)} | {
        "oob": wants_fragment(request)
    }
    template = "team/_audit_list.html" if wants_fragment(request) else "team/audit.html"
    return render(request, template, context)


@require_safe
@needs("audit.see")
def audit_export(request: Request) -> StreamingHttpResponse:
    """Stream the audit log, as narrowed on the page, as CSV."""
    entries = audit_entries(AuditForm(request.GET).asked()).iterator(CHUNK)
    response = StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8")
    day = timezone.localtime(now()).date().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{day}.csv"'
    return response


def _lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(FIRST_ROW)
    for entry in entries:
        writer.writerow(export_row(entry))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
