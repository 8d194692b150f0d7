"""Who would have two visits at the new time, and whether the clinic is open then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from clinic.models import Clinic
from courses.models import Appointment
from courses.zones.effects import span_words
from courses.zones.walls import Span

Placed = tuple[Appointment, Span]


def clashes(clinic: Clinic, visits: Sequence[Appointment], spans: Mapping[int, Span]) -> dict[int, str]:
    """By visit, what it would overlap at its new time: another moved visit, or one that stays."""
    placed: list[Placed] = [(one, spans[one.pk]) for one in visits]
    placed += [(one, Span(one.starts_at, one.ends_at)) for one in _others(clinic, visits, spans)]
    found: dict[int, str] = {}
    for group in _by_person(placed):
        for one, other in _overlapping(group):
            for visit, against in ((one, other), (other, one)):
                if visit.pk in spans:
                    found.setdefault(visit.pk, _words(against, spans, clinic))
    return found


def _others(clinic: Clinic, visits: Sequence[Appointment], spans: Mapping[int, Span]) -> list[Appointment]:
    """The visits that stay and end after the first of the new times."""
    earliest = min((span.starts_at for span in spans.values()), default=None)
    if earliest is None:
        return []
    taken = Appointment.objects.for_clinic(clinic).taking_time().exclude(pk__in=[one.pk for one in visits])
    return list(taken.filter(ends_at__gt=earliest).select_related("course__patient"))


def _by_person(placed: Iterable[Placed]) -> Iterable[list[Placed]]:
    """The visits of each practitioner and of each patient."""
    groups: dict[tuple[str, int], list[Placed]] = {}
    for one, span in placed:
        for key in (("practitioner", one.practitioner_id), ("patient", one.course.patient_id)):
            groups.setdefault(key, []).append((one, span))
    return groups.values()


def _overlapping(group: Iterable[Placed]) -> Iterable[tuple[Appointment, Appointment]]:
    ordered = sorted(group, key=lambda pair: (pair[1].starts_at, pair[0].pk))
    for number, (one, span) in enumerate(ordered):
        for other, later in ordered[number + 1 :]:
            if later.starts_at >= span.ends_at:
                break
            yield one, other


def _words(other: Appointment, spans: Mapping[int, Span], clinic: Clinic) -> str:
    span = spans.get(other.pk, Span(other.starts_at, other.ends_at))
    return _("Overlaps the visit of %(patient)s: %(when)s.") % {
        "patient": other.course.patient,
        "when": span_words(span, clinic.zone_info),
    }
