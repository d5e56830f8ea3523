"""Import in the browser: upload, mapping with a preview, rehearsal, progress, result."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.countries import currencies
from regulars.kit.htmx import redirect, say
from regulars.kit.refused import Invalid, NotThere, Refused, require
from regulars.kit.requests import Request
from regulars.people.actions.imports import (
    cancel_import,
    draft_upload,
    importer_of,
    importers,
    look_again,
    make_field_of,
    map_run,
    rejected_again,
    start_import,
    write_rejects,
)
from regulars.people.actions.imports.running import MOST_CONTRADICTING
from regulars.people.engine.sayings import Said
from regulars.people.engine.tables import Wishes
from regulars.people.engine.tidy.countries import country_names
from regulars.people.forms import UploadForm
from regulars.people.models import ImportRun
from regulars.people.views.import_tables import columns_of, preview_of, rejects_table, runs_table
from regulars.team.gate import needs
from regulars.team.models import Business
from regulars.team.rules import may

PAGE = 50
TICKS = ("leaves_out",)
LISTS = {"people": "/people/", "orders": "/orders/"}


@require_GET
@needs("imports.see")
def imports(request: Request) -> HttpResponse:
    """Show the files that were taken in, newest first."""
    nouns = [noun for noun, importer in importers().items() if may(request.member, importer.verb)]
    runs = ImportRun.objects.select_related("author").filter(noun__in=nouns)
    after = request.GET.get("after", "")
    found = list((runs.filter(pk__lt=int(after)) if after.isdigit() else runs)[: PAGE + 1])
    table = runs_table(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")
    if after and request.headers.get("HX-Request"):
        return render(request, "kit/_rows.html", {"table": table})
    return render(request, "people/imports.html", {"table": table})


@require_http_methods(["GET", "POST"])
@needs("people.import")
def new_import(request: Request) -> HttpResponse:
    """Take a file and look at it."""
    nouns = [(noun, one.label) for noun, one in importers().items() if may(request.member, one.verb)]
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        nouns=nouns,
        initial={"noun": request.GET.get("noun", "people")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = draft_upload(form.cleaned_data["noun"], form.cleaned_data["file"], by=request.actor)
            return redirect(request, reverse("people:import_run", args=[run.pk]))
        except Refused as refusal:
            form.add_error("file", str(refusal))
    status = 422 if form.errors else 200
    return render(request, "people/import_new.html", {"form": form}, status=status)


@require_GET
@needs("people.import")
def import_run(request: Request, run_id: int) -> HttpResponse:
    """Show one import as it stands: being prepared, running, or done."""
    run = the_run(request, run_id)
    request.live_topics = [f"import:{run.pk}"]  # type: ignore[attr-defined]
    template = (
        f"people/_import_{_stand(run)}.html" if request.headers.get("HX-Request") else "people/import.html"
    )
    return render(request, template, _context(request, run))


@require_POST
@needs("people.import")
def reading(request: Request, run_id: int) -> HttpResponse:
    """Read a draft's file another way: encoding, delimiter, sheet, lines above the table."""
    run = the_run(request, run_id)
    said = request.POST
    skip = said.get("skip", "").strip()
    wishes = Wishes(
        encoding=said.get("encoding", "").strip(), delimiter={"tab": "\t"}.get(said.get("delimiter", ""), said.get("delimiter", "")[:1]),
        sheet=said.get("sheet", ""), skip=int(skip) if skip.isdigit() else None, has_header={"yes": True, "no": False}.get(said.get("header", "")),
    )  # fmt: skip
    return _draft(request, look_again(run, wishes=wishes))


@require_POST
@needs("people.import")
def mapping(request: Request, run_id: int) -> HttpResponse:
    """Say where each column goes and how rows are merged, and show the first rows as they will be read."""
    run = the_run(request, run_id)
    said = {
        name.removeprefix("map-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("map-")
    }
    wanted = next((int(place) for place, field in said.items() if field == "own" and place.isdigit()), None)
    options = {tick: tick in request.POST for tick in TICKS} | {
        "country": request.POST.get("country", "").strip().upper()[:2]
    }
    if request.POST.get("currency"):
        options["currency"] = request.POST["currency"].strip().upper()[:3]
    fields = {place: field for place, field in said.items() if field and field != "own"}
    run = map_run(run, fields, mode=request.POST.get("mode", run.mode), options=options)
    if wanted is not None:
        require(may(request.member, "fields.change"))
        run = make_field_of(run, wanted, by=request.actor)
    return _draft(request, run)


@require_POST
@needs("people.import")
def start(request: Request, run_id: int) -> HttpResponse:
    """Begin a draft's import, or its rehearsal."""
    run = the_run(request, run_id)
    if not run.mapping:
        raise Invalid(message=_("Say where at least one column goes."))
    begun = start_import(run, by=request.actor, is_dry_run="dry" in request.POST)
    return redirect(request, reverse("people:import_run", args=[begun.pk]))


@require_POST
@needs("people.import")
def cancellation(request: Request, run_id: int) -> HttpResponse:
    """Stop an import after the rows it is at."""
    run = cancel_import(the_run(request, run_id), by=request.actor)
    say(request, _("The import was stopped. What had been taken in stays."))
    return redirect(request, reverse("people:import_run", args=[run.pk]))


@require_GET
@needs("people.import")
def rejected(request: Request, run_id: int) -> StreamingHttpResponse:
    """Give the refused rows as a file, with the reason on each."""
    run = the_run(request, run_id)
    answer = StreamingHttpResponse(write_rejects(run, mark=True), content_type="text/csv; charset=utf-8")
    name = (
        "".join(letter for letter in run.file_name.rsplit(".", 1)[0] if letter.isalnum() or letter in "-_ ")[
            :60
        ]
        or "import"
    )
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{name.encode("ascii", "ignore").decode() or "import"}-rejected.csv"'
    )
    return answer


@require_POST
@needs("people.import")
def again(request: Request, run_id: int) -> HttpResponse:
    """Prepare the refused rows once more, leaving out what cannot be read in them."""
    run = the_run(request, run_id)
    fresh = rejected_again(run, write_rejects(run), by=request.actor)
    return redirect(request, reverse("people:import_run", args=[fresh.pk]))


def the_run(request: Request, run_id: int) -> ImportRun:
    """Return an import of a noun that this member may import."""
    run = ImportRun.objects.select_related("author").filter(pk=run_id).first()
    if run is None or run.noun not in importers() or not may(request.member, importer_of(run.noun).verb):
        raise NotThere
    return run


def _stand(run: ImportRun) -> str:
    """Return which of the three looks of the page fits."""
    if run.status == "draft":
        return "draft"
    return "progress" if run.status in ("waiting", "running") else "result"


def _draft(request: Request, run: ImportRun) -> HttpResponse:
    return render(request, "people/_import_draft.html", _context(request, run))


def _context(request: Request, run: ImportRun) -> dict[str, Any]:
    """Return what the page of an import shows."""
    stand = _stand(run)
    context: dict[str, Any] = {
        "run": run, "stand": stand, "template": f"people/_import_{stand}.html", "modes": ImportRun.MODES,
        "draft_id": run.options.get("draft"), "cancelled": run.options.get("cancelled"),
        "left_out": sorted((run.options.get("left_out") or {}).items()),
        "contradicting": run.options.get("contradicting"), "most_contradicting": MOST_CONTRADICTING,
    }  # fmt: skip
    if stand == "draft":
        context |= _draft_context(request, run)
    if stand == "result":
        context |= {"rejects": rejects_table(run), "rows_url": LISTS.get(run.noun, "")}
    return context


def _draft_context(request: Request, run: ImportRun) -> dict[str, Any]:
    """Return the columns with their guesses, the fields to choose from, and the first rows as they will be read."""
    problem, business = "", Business.current()
    try:
        preview = preview_of(run)
    except Said as said:
        preview, problem = None, str(said)
    return {
        "columns": columns_of(run), "choices": importer_of(run.noun).choices(), "preview": preview, "problem": problem,
        "may_make_fields": run.noun == "people" and may(request.member, "fields.change"),
        "country": run.options.get("country") or business.country, "countries": sorted(country_names().items(), key=itemgetter(1)),
        "currency": run.options.get("currency") or business.currency, "currencies": currencies(),
        "delimiters": [(",", _("Comma")), (";", _("Semicolon")), ("tab", _("Tab")), ("|", _("Pipe"))],
    }  # fmt: skip
