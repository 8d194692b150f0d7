"""Red flags in a form whose sender has lost the right to send it: they are recorded, and nothing else is.

Withdrawing a right between opening and sending a form must not lose a red flag. The sender must be known as a
member of this clinic, now or until a short time ago. Forms of anybody else write nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from clinic.models import Membership, User
from courses.models import Course, RedFlag, RedFlagReport, Session
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.recording import Origin, accept_flags, reports_of_form
from courses.sessions.red_flags.shown import ASKED, as_shown
from courses.sessions.saved_words import instruction
from patients.models import Patient

View = Callable[..., HttpResponse]
Source = RedFlagReport.Source
# As long as a session of the site lasts: the sender had access when opening the form.
OPENED_WITHIN = timedelta(seconds=settings.SESSION_COOKIE_AGE)
KEYS = ("form_key", "flags_key")


@dataclass(frozen=True)
class Subject:
    """The patient a form is about."""

    patient: Patient
    course: Course | None
    source: RedFlagReport.Source
    session: Session | None = None


def of_patient(pk: int) -> Subject | None:
    """For forms at a patient's address."""
    patient = Patient.objects.all_clinics().select_related("clinic").filter(pk=pk).first()
    if patient is None:
        return None
    return Subject(patient, patient.courses.open().first() or patient.courses.first(), Source.PHONE)


def of_course(pk: int) -> Subject | None:
    """For the session form, at a course's address."""
    course = Course.objects.all_clinics().select_related("patient__clinic", "clinic").filter(pk=pk).first()
    return Subject(course.patient, course, Source.SESSION) if course else None


def of_session(pk: int) -> Subject | None:
    """For the correction form, at a session's address."""
    rows = Session.every.all_clinics().select_related("course__patient__clinic", "course__clinic")
    session = rows.filter(pk=pk).first()
    return Subject(session.course.patient, session.course, Source.SESSION, session) if session else None


def keeps_flags(view: View, find: Callable[[int], Subject | None]) -> View:
    """Wrap a view: if it refuses a form for lack of a right, the form's red flags are still recorded."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, pk, *args, **kwargs)
        try:
            response = view(request, pk, *args, **kwargs)
        except (PermissionDenied, Http404):
            answer = _take(request, find(pk))
            if answer is None:
                raise
            return answer
        is_signed_out = response.status_code == 302 and not request.user.is_authenticated
        return (_take(request, find(pk)) if is_signed_out else None) or response

    return guarded


def _take(request: HttpRequest, subject: Subject | None) -> HttpResponse | None:
    """The page that lists the recorded flags; None if there was no flag, or the sender is unknown."""
    by = _sender(request, subject.patient, at=timezone.now()) if subject else None
    if subject is None or by is None:
        return None
    flags = _ticked(request, subject.patient)
    if not flags:
        return None
    at, key = timezone.now(), _key(request)
    origin = Origin(
        subject.patient,
        subject.course,
        subject.source,
        key,
        at,
        session=subject.session,
        note=str(_("Sent by %(who)s without the right to save the form.") % {"who": by}),
    )
    accept_flags(origin, flags, by=by, at=at)
    level = reports_of_form(subject.patient, key)[0].level
    context = {"clinic": subject.patient.clinic, "level": level, "instruction": instruction(level)}
    return HttpResponse(render_to_string("courses/admin/flags_only.html", context), status=403)


def _sender(request: HttpRequest, patient: Patient, *, at: datetime) -> Membership | None:
    """The sender, if they work in the patient's clinic or did when the form may have been opened."""
    user = User.objects.filter(pk=request.session.get(SESSION_KEY) or 0).first()
    known = request.session.get(HASH_SESSION_KEY, "")
    if user is None or not constant_time_compare(known, user.get_session_auth_hash()):
        return None
    member = Membership.objects.for_clinic(patient.clinic).filter(user=user).first()
    if member is None:
        return None
    left_at = member.deactivated_at
    return member if left_at is None or left_at > at - OPENED_WITHIN else None


def _ticked(request: HttpRequest, patient: Patient) -> list[FlagEntry]:
    current = RedFlag.objects.for_clinic(patient.clinic).current()
    flags, in_force = as_shown(current, request.POST.get(ASKED, ""))
    return [
        FlagEntry(flag, request.POST.get(f"answer_{flag.code}", "")[:120], in_force=in_force.get(flag.code))
        for flag in flags
        if request.POST.get(f"flag_{flag.code}")
    ]


def _key(request: HttpRequest) -> uuid.UUID:
    for name in KEYS:
        try:
            return uuid.UUID(request.POST[name])
        except (KeyError, ValueError):
            continue
    return uuid.uuid4()
