"""What the user must see of two records before merging them. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.country.shown import shown_day, shown_moment
from courses.models import Alert, Appointment, Course, Session
from patients.identity.merging import GROUPS
from patients.identity.names import words_match
from patients.identity.seal import Written, rows_of
from patients.identity.words import birth_words
from patients.models import Patient, PatientMerge, ScreeningFinding

# What is counted for the page, in the order of a file.
COUNTED = (
    "courses.Course",
    "courses.Session",
    "courses.Appointment",
    "courses.RedFlagReport",
    "courses.Alert",
    "courses.Letter",
    "patients.Assessment",
    "patients.PatientPainType",
    "patients.Screening",
    "patients.NeuroCheck",
    "patients.SpecialistLetter",
    "patients.Consent",
    "patients.FileCorrection",
)


@dataclass(frozen=True)
class Side:
    """One of the two records."""

    patient: Patient
    facts: tuple[tuple[str, str], ...]
    courses: tuple[Course, ...]
    counts: tuple[str, ...]


def side_of(patient: Patient, *, is_clinical: bool = True) -> Side:
    """What distinguishes a record from the other, and how much it contains."""
    rows = {model._meta.label: len(keys) for model, keys in rows_of([patient]).items()}
    models = {model._meta.label: model for model in rows_of([patient])}
    counts = [_count_words(models[label], rows[label]) for label in COUNTED if rows.get(label) and label in models]
    last = Session.objects.filter(course__patient=patient).order_by("-held_at").first()
    facts = (
        (_("Record"), f"#{patient.pk}"),
        (_("Created"), shown_day(patient.clinic.local(patient.created_at))),
        (_("Last visit"), shown_day(patient.clinic.local(last.held_at)) if last else _("none")),
        (_("Status"), _("archived") if patient.archived_at else _("current")),
    )
    courses = tuple(patient.courses.select_related("practitioner__user").annotate(n_held=Count("sessions")))
    return Side(patient, facts, courses, tuple(counts))


def value_words(patient: Patient, group: str) -> str:
    """A record's value for a choice."""
    if group == "name":
        return str(patient)
    if group == "birth":
        return birth_words(patient.birth)
    if group == "wishes":
        return _wishes_words(patient)
    return str(getattr(patient, GROUPS[group][0]) or _("nothing on file"))


def warnings_for(kept: Patient, merged: Patient, *, at: datetime) -> list[str]:
    """What somebody must know or correct about the two records together."""
    found = [_("These records differ in name and date of birth. Make sure that this is one person.")]
    if not _are_unlike(kept, merged):
        found = []
    found += [
        _("Both have a visit booked at the same time, %(one)s and %(other)s. Cancel one of them after the merge.")
        % {"one": _time(one), "other": _time(other)}
        for one, other in _overlapping(kept, merged, at=at)
    ]
    own = set(Session.objects.filter(course__patient=kept).values_list("held_at", flat=True))
    twice = Session.objects.filter(course__patient=merged, held_at__in=own).order_by("held_at")
    found += [
        _("Both have a session on %(when)s. If it is one visit, it was logged twice.")
        % {"when": shown_moment(kept.clinic.local(one.held_at))}
        for one in twice[:3]
    ]
    found += [
        _("Screening of %(day)s found “%(what)s”; the newer screening did not. Screen again after the merge.")
        % {"day": shown_day(kept.clinic.local(one.screening.screened_at)), "what": one.item}
        for one in _findings_overtaken(kept, merged)
    ]
    n_open = Alert.objects.filter(patient__in=(kept, merged)).unresolved().count()
    if n_open:
        found.append(_("Open alerts: %(n)d. All of them stay open.") % {"n": n_open})
    return found


def written_words(written: Iterable[Written]) -> list[str]:
    """What was written since a merge, table by table."""
    lines = []
    for one in written:
        parts = []
        if one.n_new:
            parts.append(_("%(n)d new") % {"n": one.n_new})
        if one.n_changed:
            parts.append(_("%(n)d changed") % {"n": one.n_changed})
        if one.n_gone:
            parts.append(_("%(n)d gone") % {"n": one.n_gone})
        lines.append(f"{capfirst(one.model._meta.verbose_name_plural)}: {', '.join(parts)}")
    return lines


@dataclass(frozen=True)
class MergeWords:
    """One merge in the history of the kept record."""

    merge: PatientMerge
    name_before: str
    moved: tuple[str, ...]
    changes: tuple[str, ...]


def merge_words(merges: Iterable[PatientMerge]) -> list[MergeWords]:
    """What was moved from which record, newest first."""
    return [_words_of(merge) for merge in merges]


def _words_of(merge: PatientMerge) -> MergeWords:
    before = merge.before["merged"]
    name = f"{before['given_name']} {before['family_name']}".strip()
    moved = []
    for label, keys in merge.moved.items():
        app, model, field = label.split(".")
        related = next(
            one.related_model
            for one in Patient._meta.related_objects
            if (one.related_model._meta.app_label, one.related_model._meta.model_name, one.field.name)
            == (app, model, field)
        )
        if related is Course:
            rows = Course.objects.filter(pk__in=keys)
            moved += [_("Course: %(what)s, from %(day)s") % _course_words(one) for one in rows]
        else:
            moved.append(_count_words(related, len(keys)))
    changes = [
        f"{pair[0] if pair[0] not in (None, '') else '–'} → {pair[1] if pair[1] not in (None, '') else '–'}"
        for rows in merge.changed.values()
        for facts in rows.values()
        for field, pair in facts.items()
        if field not in {"came_from_id", "email_failed_at", "archived_at"}
    ]
    return MergeWords(merge, name, tuple(moved), tuple(changes))


def _course_words(course: Course) -> dict[str, Any]:
    return {"what": course.complaint, "day": shown_day(course.starts_on)}


def _count_words(model: Any, number: int) -> str:
    names = model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural
    return f"{number} {names}"


def _wishes_words(patient: Patient) -> str:
    if not (patient.preferred_weekdays or patient.preferred_from):
        return _("nothing on file")
    days = ", ".join(str(day) for day in patient.preferred_weekdays or [])
    return f"{days} {patient.preferred_from or ''}–{patient.preferred_until or ''}".strip()


def _overlapping(kept: Patient, merged: Patient, *, at: datetime) -> list[tuple[Appointment, Appointment]]:
    booked = Appointment.objects.filter(status=Appointment.Status.BOOKED, ends_at__gte=at)
    own, theirs = (list(booked.filter(course__patient=one)) for one in (kept, merged))
    return [
        (one, other)
        for one in own
        for other in theirs
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]


def _findings_overtaken(kept: Patient, merged: Patient) -> list[ScreeningFinding]:
    """Findings of the older screening that the newer one lacks: only the newer one counts."""
    latest = [one for one in (kept.screenings.first(), merged.screenings.first()) if one]
    if len(latest) < 2:
        return []
    older, newer = sorted(latest, key=lambda one: (one.screened_at, one.pk))
    known = newer.findings.values("item")
    return list(older.findings.exclude(item__in=known).select_related("item", "screening"))


def _are_unlike(kept: Patient, merged: Patient) -> bool:
    """Whether neither the name nor the birth date suggests that this is one person."""
    theirs = merged.search_text.partition("|")[0]
    is_name_alike = any(words_match(word, theirs) for word in kept.search_text.partition("|")[0].split())
    return not is_name_alike and not kept.birth.may_be(merged.birth)


def _time(appointment: Appointment) -> str:
    return shown_moment(appointment.clinic.local(appointment.starts_at))
