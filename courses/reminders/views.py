"""Unsubscribing from a stream of mail by a link in one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic.country.conventions import at_clinic
from courses.reminders.links import BadLink, read_unsubscribe
from patients.intake import record_consent
from patients.models import Consent, Patient
from patients.patient_file import has_consent


@never_cache
@csrf_exempt  # one click from a mail program carries no cookie (RFC 8058); the token is the right
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST ends the stream, and a second POST changes nothing. No visit is cancelled."""
    try:
        patient, stream = read_unsubscribe(token)
    except BadLink:
        return render(request, "courses/reminders/bad_link.html", status=404)
    with at_clinic(patient.clinic, language=patient.language):
        return _page(request, patient, stream)


def _page(request: HttpRequest, patient: Patient, stream: Consent.Stream) -> HttpResponse:
    if request.method == "POST" and has_consent(patient, stream):
        record_consent(
            patient=patient,
            stream=stream,
            is_given=False,
            how=Consent.How.LINK,
            by=None,
            at=timezone.now(),
            shown_text=None,
        )
    context = {"clinic": patient.clinic, "stream": stream.label, "is_done": not has_consent(patient, stream)}
    return render(request, "courses/reminders/unsubscribe.html", context)
