"""Merges two records of one person, and undoes the merge as long as nothing new was written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from clinic.models import Membership
from patients.identity.relations import Pair, patient_relations, relation_label
from patients.identity.seal import Written, seal_of, written_since
from patients.locking import lock_patients
from patients.models import Consent, Patient, PatientMerge

KEPT, MERGED = "kept", "merged"
# Values that are chosen together: choice -> the patient's columns.
GROUPS: dict[str, tuple[str, ...]] = {
    "name": ("given_name", "family_name"),
    "birth": ("born_on", "birth_year"),
    "phone": ("phone",),
    "email": ("email", "email_failed_at"),
    "language": ("language",),
    "wishes": ("preferred_weekdays", "preferred_from", "preferred_until"),
}
# {"courses.Course": {"5": {"complaint": [before, after]}}}
Changed = dict[str, dict[str, dict[str, list[Any]]]]


class MergeIsStale(Exception):
    """Somebody wrote in one of the records while they were being compared."""


class CannotUndo(Exception):
    """Something new was written since the merge; `written` says what."""

    def __init__(self, written: list[Written]) -> None:
        super().__init__("something new was written since")
        self.written = written


def survivor(patient: Patient) -> Patient:
    """The record into which this one was finally merged; an unmerged record itself."""
    while patient.merged_into is not None:
        patient = patient.merged_into
    return patient


def version_of_pair(kept: Patient, merged: Patient) -> str:
    """A version that changes whenever somebody writes in one of the two records."""
    return sha256(repr(sorted(seal_of([kept, merged]).items())).encode()).hexdigest()[:32]


def differing_groups(kept: Patient, merged: Patient) -> list[str]:
    """The groups of facts in which the records differ, so that somebody must choose."""
    return [
        name
        for name, columns in GROUPS.items()
        if any(getattr(kept, column) != getattr(merged, column) for column in _asked(columns))
    ]


def first_choice(kept: Patient, merged: Patient, group: str) -> str:
    """The preselected choice: the kept record's value, if it has one."""
    columns = _asked(GROUPS[group])
    has_own = any(getattr(kept, column) not in {None, ""} for column in columns if column != "preferred_weekdays")
    return KEPT if has_own or not any(getattr(merged, column) for column in columns) else MERGED


def differing_consents(kept: Patient, merged: Patient) -> list[Consent.Stream]:
    """The streams for which the two records have opposite latest answers."""
    own, theirs = _last_words(kept), _last_words(merged)
    return [one for one in Consent.Stream if one in own and one in theirs and own[one] != theirs[one]]


@transaction.atomic
def merge_patients(
    kept: Patient,
    merged: Patient,
    *,
    choices: Mapping[str, str],
    version: str,
    reason: str,
    by: Membership,
    at: datetime,
) -> PatientMerge:
    """Move everything from one record to the other; ValidationError says why that is not possible.

    The history stores both records as they were and every row that was moved. The same form sent twice merges
    once.
    """
    kept, merged = _locked(kept, merged)
    done = PatientMerge.objects.in_force().filter(kept=kept, merged=merged).first()
    if done:
        return done
    _refuse(kept, merged, reason)
    if version != version_of_pair(kept, merged):
        raise MergeIsStale
    pair = Pair(kept, merged, choices)
    moved, changed = _moving(pair), _changing(pair)
    doubtful = differing_consents(kept, merged)
    merge = PatientMerge.objects.create(
        clinic=kept.clinic,
        kept=kept,
        merged=merged,
        reason=reason.strip(),
        before={KEPT: _row(kept), MERGED: _row(merged)},
        moved=moved,
        changed=changed,
        merged_by=by,
        merged_at=at,
    )
    # Before the rows are moved, because two with the same name would clash.
    _write(changed, after=True, apart_from={Patient._meta.label})
    _move(moved, to=kept)
    merge.written = _settle_consents(pair, doubtful, by=by, at=at)
    _write({Patient._meta.label: changed.get(Patient._meta.label, {})}, after=True)
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept)
    PatientMerge.objects.filter(pk=merge.pk).update(written=merge.written)
    merge.seal = seal_of([kept, merged])
    PatientMerge.objects.filter(pk=merge.pk).update(seal=merge.seal)
    return merge


@transaction.atomic
def undo_merge(merge: PatientMerge, *, reason: str, by: Membership, at: datetime) -> PatientMerge:
    """Restore both records; CannotUndo if something new was written in them. A second call changes nothing."""
    kept, merged = _locked(merge.kept, merge.merged)
    merge = PatientMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        return merge
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the merge is undone.")})
    _refuse_out_of_order(merge, kept)
    written = written_since(merge.seal, [kept, merged])
    if written:
        raise CannotUndo(written)
    Patient.objects.filter(pk=merged.pk).update(merged_into=None)
    Consent.objects.filter(pk__in=merge.written).delete()
    _move(merge.moved, to=merged)
    _write(merge.changed, after=False)
    merge.undone_by, merge.undone_at, merge.undo_reason = by, at, reason.strip()
    merge.save(update_fields=["undone_by", "undone_at", "undo_reason"])
    return merge


def what_prevents_undoing(merge: PatientMerge) -> list[Written]:
    """What was written since the merge, for the page that offers to undo it."""
    return written_since(merge.seal, [merge.kept, merge.merged])


def _locked(kept: Patient, merged: Patient) -> tuple[Patient, Patient]:
    """Lock both records, always in the same order, so that merges cannot deadlock."""
    lock_patients({kept.pk, merged.pk})
    rows = Patient.objects.filter(pk__in=(kept.pk, merged.pk))
    found = {one.pk: one for one in rows.select_related("clinic")}
    return found[kept.pk], found[merged.pk]


def _refuse(kept: Patient, merged: Patient, reason: str) -> None:
    if kept.pk == merged.pk or kept.clinic_id != merged.clinic_id:
        raise ValidationError(_("Choose two records of this clinic."))
    for one in (kept, merged):
        if one.merged_into_id:
            raise ValidationError(_("The record of %(who)s is merged already.") % {"who": one.picker_label})
    if kept.is_training != merged.is_training:
        raise ValidationError(_("A test patient is never merged with a real one."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say how you know that both are one person.")})


def _refuse_out_of_order(merge: PatientMerge, kept: Patient) -> None:
    later = PatientMerge.objects.in_force().filter(merged=kept).first()
    later = later or PatientMerge.objects.in_force().filter(kept=kept, pk__gt=merge.pk).order_by("-pk").first()
    if later:
        message = _("Undo the later merge first: %(one)s into %(other)s.")
        raise ValidationError(message % {"one": later.merged, "other": later.kept})


def _moving(pair: Pair) -> dict[str, list[int]]:
    """The rows that change their patient, by relation."""
    moving: dict[str, list[int]] = {}
    for relation, rule in patient_relations():
        if not rule.moves:
            continue
        rows = relation.model._base_manager.filter(**{relation.name: pair.merged})
        left: Collection[int] = rule.left(pair) if rule.left else ()
        keys = sorted(rows.exclude(pk__in=left).values_list("pk", flat=True))
        if keys:
            moving[relation_label(relation)] = keys
    return moving


def _changing(pair: Pair) -> Changed:
    """Every fact that changes in either record, before and after."""
    changed: Changed = {}
    for relation, rule in patient_relations():
        news = rule.changes(pair) if rule.changes else {}
        rows = relation.model._base_manager.in_bulk(list(news))
        for key, values in news.items():
            facts = {name: [_plain(getattr(rows[key], name)), value] for name, value in values.items()}
            changed.setdefault(relation.model._meta.label, {})[str(key)] = facts
    own = {
        column: [_plain(getattr(pair.kept, column)), _plain(getattr(pair.merged, column))]
        for group in differing_groups(pair.kept, pair.merged)
        if pair.choices.get(group, first_choice(pair.kept, pair.merged, group)) == MERGED
        for column in GROUPS[group]
        if getattr(pair.kept, column) != getattr(pair.merged, column)
    }
    if pair.kept.archived_at and not pair.merged.archived_at:
        own["archived_at"] = [_plain(pair.kept.archived_at), None]
    if own:
        changed[Patient._meta.label] = {str(pair.kept.pk): own}
    return changed


def _move(moved: Mapping[str, list[int]], *, to: Patient) -> None:
    for relation, rule in patient_relations():
        keys = moved.get(relation_label(relation)) if rule.moves else None
        if keys:
            relation.model._base_manager.filter(pk__in=keys).update(**{relation.name: to})


def _write(changed: Changed, *, after: bool, apart_from: Collection[str] = ()) -> None:
    models: dict[str, type[Model]] = {
        relation.model._meta.label: relation.model for relation, _ in patient_relations()
    }
    models[Patient._meta.label] = Patient
    for label, rows in changed.items():
        if label in apart_from:
            continue
        for key, facts in rows.items():
            values = {name: pair[1 if after else 0] for name, pair in facts.items()}
            models[label]._base_manager.filter(pk=int(key)).update(**values)


def _settle_consents(pair: Pair, doubtful: list[Consent.Stream], *, by: Membership, at: datetime) -> list[int]:
    """Where the answers differ, store “no” until the patient is asked, unless somebody chose yes on the page."""
    written = []
    for stream in doubtful:
        latest = Consent.objects.filter(patient=pair.kept, stream=stream).order_by("-recorded_at", "-pk")[0]
        is_given = pair.choices.get(f"consent_{stream.value}") == "yes"
        if latest.is_given != is_given:
            # The text that was read with this answer, not the one that was read with the other.
            same = Consent.objects.filter(patient=pair.kept, stream=stream, is_given=is_given)
            read = same.order_by("-recorded_at", "-pk").first()
            row = Consent.objects.create(
                clinic=pair.kept.clinic,
                patient=pair.kept,
                stream=stream,
                is_given=is_given,
                how=Consent.How.MERGE,
                text_version=read.text_version if read else "",
                text_id=read.text_id if read else None,
                language=latest.language,
                recorded_by=by,
                recorded_at=at,
            )
            written.append(row.pk)
    return written


def _row(patient: Patient) -> dict[str, Any]:
    return {field.attname: _plain(getattr(patient, field.attname)) for field in Patient._meta.concrete_fields}


def _plain(value: Any) -> Any:
    """A value in JSON, without loss."""
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, str, list)) else str(value)


def _asked(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns people choose by; whether the address was refused is copied with it."""
    return tuple(column for column in columns if column != "email_failed_at")


def _last_words(patient: Patient) -> dict[str, bool]:
    return dict(Consent.objects.filter(patient=patient).latest_each().values_list("stream", "is_given"))
