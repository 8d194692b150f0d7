"""Needling without clearance, or against its limits: recorded, never silently."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.sessions.entry import NeedlingEntry, SessionEntry
from courses.sessions.point_notes import forbidden_tags
from patients.clearance import Clearance
from patients.wording import reason_texts


def is_breach(entry: SessionEntry, clearance: Clearance) -> bool:
    """Whether needles were used that the patient is not cleared for."""
    return entry.is_needled and (not clearance.may_needle or bool(forbidden(entry, clearance)))


def forbidden(entry: SessionEntry, clearance: Clearance) -> list[str]:
    """What was done against the scope of the clearance: a modality, a depth, or a point with a forbidden risk."""
    used = {tag: _name(one) for one in entry.needlings for tag in _tags(one, clearance)}
    return [f"{tag} ({used[tag]})" for tag in clearance.limits if tag in used]


def refuse_silent_breach(entry: SessionEntry, clearance: Clearance) -> None:
    """Needling without clearance is saved only as what it is."""
    if not is_breach(entry, clearance) or entry.uncleared_reason.strip():
        return
    message = _("Needling is not cleared. If it took place all the same, say why: it is saved as that.")
    against = [_("Forbidden for this patient: %(what)s.") % {"what": what} for what in forbidden(entry, clearance)]
    raise ValidationError({"uncleared_reason": [message, *reason_texts(clearance), *against]})


def _tags(one: NeedlingEntry, clearance: Clearance) -> list[str]:
    return forbidden_tags(
        tags=one.point.risk_tags if one.point else (),
        limits=clearance.limits,
        depth_mm=one.depth_mm,
        stimulation=one.stimulation,
    )


def _name(one: NeedlingEntry) -> str:
    return str(one.point or one.ashi_site)
