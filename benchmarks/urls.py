"""The product's addresses and two baselines: the empty shell page, and a bare view that does two INSERTs."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from regulars.config.urls import urlpatterns as product
from regulars.team.gate import members_only


@members_only
def shell(request: HttpRequest) -> HttpResponse:
    return render(request, "kit/page.html")


@csrf_exempt
@transaction.atomic
def bare(request: HttpRequest, number: int) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (name, first_name, last_name, sort_name, job_title, language, time_zone, country, city, stage, "
            "health, acquired_channel, acquired_campaign, acquired_currency, preferred_channel, tag_ids, custom, is_demo, created_at, "
            "updated_at, version) VALUES (%s, '', '', '', '', '', '', '', '', 'reached', '', '', '', '', '', '{}', '{}', false, now(), "
            "now(), 1) RETURNING id",
            [f"Bare {number}"],
        )
        (person,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO people_identity (person_id, kind, value, raw, label, is_primary, is_verified, is_shared, created_at) "
            "VALUES (%s, 'email', %s, '', '', true, false, false, now())",
            [person, f"bare{person}@bench.example"],
        )
    return HttpResponse(str(person))


urlpatterns = [path("kit/shell/", shell), path("kit/bare/<int:number>/", bare), *product]
