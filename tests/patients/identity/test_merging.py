"""Two records of one person become one, and two again."""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection

from courses.alerts.responding import acknowledge
from courses.models import Alert, Appointment, Course, Letter, RedFlagReport
from courses.plans.lifecycle import end_course
from courses.sessions.red_flags.recording import report_red_flags
from patients.file_corrections import Subject, correct_record, version_of
from patients.identity.merging import (
    CannotUndo,
    MergeIsStale,
    merge_patients,
    survivor,
    undo_merge,
    version_of_pair,
)
from patients.identity.relations import patient_relations, relation_label
from patients.intake import record_consent, record_neuro_check, record_pain_type, record_specialist_letter
from patients.models import Consent, NeuroCheck, Patient, PatientMerge, PatientPainType
from patients.patient_file import consents_by_stream
from patients.progress import Step, keep_draft
from tests.factories import (
    CourseFactory,
    PatientFactory,
    as_test_patients,
    cleared_patient,
    document,
    flag,
    log_visit,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def merge(kept, merged, by, at, **choices) -> PatientMerge:
    """As on the page."""
    version = version_of_pair(kept, merged)
    return merge_patients(kept, merged, choices=choices, version=version, reason="one passport", by=by, at=at)


def everything() -> dict[str, list[str]]:
    """Every row of our tables except the history of merges itself."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model is PatientMerge or model._meta.app_label not in {"clinic", "patients", "courses"}:
            continue
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
            found[model._meta.label] = [row[0] for row in cursor.fetchall()]
    return found


@pytest.fixture
def double(clinic, practitioner, patient, at) -> Patient:
    """The same person under another name."""
    return cleared_patient(
        clinic,
        by=practitioner,
        at=at - 30 * DAY,
        given_name="Ana",
        family_name="Kingfischer",
        born_on=date(1980, 5, 30),
    )


def full_file(patient: Patient, by: Any, at: Any, rng: random.Random) -> None:  # noqa: C901 - a file has many parts
    """A record with some of everything, at random."""
    clinic = patient.clinic
    for number in range(rng.randint(0, 2)):
        start = (at - 20 * DAY).date()
        course = CourseFactory(
            patient=patient, practitioner=by, starts_on=start, complaint=f"Neck pain {number}"[: 9 + 2 * number]
        )
        for visit in range(rng.randint(0, 3)):
            flags = (flag(clinic, "trauma"),) if rng.random() < 0.3 else ()
            log_visit(
                course,
                at - timedelta(days=9 - visit, minutes=rng.randint(0, 50)),
                is_needled=False,
                before=rng.randint(2, 7),
                flags=flags,
            )
        if rng.random() < 0.5:
            Appointment.objects.create(
                clinic=clinic,
                course=course,
                practitioner=by,
                starts_at=at + timedelta(days=rng.randint(1, 400), minutes=rng.randint(0, 1000)),
                ends_at=at + timedelta(days=500),
                booked_by=by,
                booked_at=at,
                status=Appointment.Status.CANCELLED,
            )
        if rng.random() < 0.3:
            end_course(course, status=Course.Status.STOPPED, reason="moved away", on=at.date(), at=at)
        if rng.random() < 0.5:
            Letter.objects.create(
                clinic=clinic, patient=patient, course=course, kind="summary", addressee="Dr. Yew",
                written_by=by, written_at=at, pdf=b"%PDF-",
            )  # fmt: skip
    if rng.random() < 0.6:
        told = [flag(clinic, "trauma")]
        report_red_flags(patient=patient, course=None, flags=told, form_key=uuid.uuid4(), by=by, at=at)
    for stream in Consent.Stream:
        if rng.random() < 0.6:
            how, is_given = Consent.How.SPOKEN, rng.random() < 0.5
            record_consent(
                patient=patient, stream=stream, is_given=is_given, how=how, by=by, shown_text=None,
                at=at - timedelta(days=rng.randint(1, 9)),
            )  # fmt: skip
    code = rng.choice(["axial", "radiculopathy"])
    record_pain_type(
        patient=patient, code=code, status=PatientPainType.Status.WORKING, has_vertigo=rng.random() < 0.5,
        starts_on=(at - timedelta(days=rng.randint(1, 9))).date(), by=by, at=at,
    )  # fmt: skip
    if rng.random() < 0.5:
        record_neuro_check(patient=patient, checked_on=at.date(), result=NeuroCheck.Result.NORMAL, by=by, at=at)
    if rng.random() < 0.5:
        record_specialist_letter(
            patient=patient, document=document(), written_by="Dr. Yew", written_on=at.date(), by=by, at=at
        )
    if rng.random() < 0.6:
        keep_draft(patient, step=Step.SCREENING, values={"note": ["half"]}, by=by, at=at)
    if rng.random() < 0.5:
        correct_record(
            patient, subject=Subject.PATIENT, subject_id=patient.pk, values={"given_name": "Corrected"},
            version=version_of(patient, Subject.PATIENT, patient.pk), reason="typed wrong", by=by, at=at,
        )  # fmt: skip


def test_every_relation_to_a_patient_has_a_rule_and_follows_a_merge():
    labels = {relation_label(relation): rule for relation, rule in patient_relations()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_object_table FROM information_schema.triggers WHERE trigger_name LIKE '%follows_merge'"
        )
        guarded = {row[0] for row in cursor.fetchall()}
    moving = {label.rpartition(".")[0].replace(".", "_") for label, rule in labels.items() if rule.moves}
    assert moving == guarded


@pytest.mark.parametrize("seed", range(8))
def test_merged_and_undone_every_row_is_as_it_was(clinic, practitioner, lead, at, seed):
    rng = random.Random(seed)
    one, other = (
        PatientFactory(clinic=clinic, born_on=None if rng.random() < 0.3 else date(1980, 5, 3)) for _ in "12"
    )
    for patient in (one, other):
        full_file(patient, practitioner, at, rng)
    one.refresh_from_db()
    other.refresh_from_db()
    before = everything()
    choices = {name: rng.choice(["kept", "merged"]) for name in ("name", "birth", "phone", "email", "wishes")}
    choices |= {f"consent_{stream}": rng.choice(["yes", "no"]) for stream in Consent.Stream}
    done = merge(one, other, lead, at, **choices)
    left = {"intake_drafts"}
    for relation, rule in patient_relations():
        if rule.moves and relation.name == "patient" and relation.related_query_name() not in left:
            assert not relation.model._base_manager.filter(patient=other).exists()
    assert everything() != before
    undo_merge(done, reason="two people", by=lead, at=at)
    assert everything() == before


def test_merge_moves_everything_and_says_what_came_from_where(patient, double, course, practitioner, lead, at):
    theirs = CourseFactory(
        patient=double, practitioner=practitioner, complaint="Headache", starts_on=course.starts_on
    )
    log_visit(theirs, at - DAY)
    done = merge(patient, double, lead, at, name="merged", birth="kept")
    patient.refresh_from_db()
    assert set(patient.courses.values_list("complaint", flat=True)) == {"Neck pain", "Headache"}
    assert (str(patient), patient.born_on) == ("Ana Kingfischer", date(1980, 5, 31))
    assert done.moved["courses.course.patient"] == [theirs.pk]
    assert done.before["merged"]["given_name"] == "Ana"
    double.refresh_from_db()
    assert survivor(double) == patient


def test_two_open_courses_of_one_name_are_distinguished(patient, double, course, practitioner, lead, at):
    theirs = CourseFactory(patient=double, practitioner=practitioner, starts_on=course.starts_on)
    merge(patient, double, lead, at, **{f"complaint_{theirs.pk}": "Neck pain, left"})
    theirs.refresh_from_db()
    assert (theirs.patient, theirs.complaint) == (patient, "Neck pain, left")


def test_both_open_alerts_of_one_matter_stay_open(patient, double, practitioner, lead, at):
    for one in (patient, double):
        told = [flag(one.clinic, "trauma")]
        report_red_flags(patient=one, course=None, flags=told, form_key=uuid.uuid4(), by=practitioner, at=at)
    merge(patient, double, lead, at)
    alerts = Alert.objects.unresolved().filter(patient=patient, flag_code="trauma")
    assert sorted(one.came_from_id or 0 for one in alerts) == [0, double.pk]


def test_no_counts_where_the_records_differ_until_somebody_says_yes(patient, double, practitioner, lead, at):
    said = {"how": Consent.How.SPOKEN, "by": practitioner, "stream": Consent.Stream.REMINDERS, "shown_text": None}
    record_consent(patient=double, is_given=False, at=at - 40 * DAY, **said)
    record_consent(patient=double, is_given=False, at=at - 2 * DAY, **said)
    record_consent(patient=patient, is_given=True, at=at - DAY, **said)
    merge(patient, double, lead, at)
    assert consents_by_stream(patient)["reminders"] is False
    assert patient.consents.first().how == "merge"


def test_more_cautious_of_two_types_stays(patient, double, practitioner, lead, at):
    for one, has_vertigo in ((patient, False), (double, True)):
        record_pain_type(
            patient=one,
            code="mixed",
            status="working",
            has_vertigo=has_vertigo,
            starts_on=at.date(),
            by=lead,
            at=at,
        )
    merge(patient, double, lead, at)
    assert patient.pain_types.get(pain_type__code="mixed", ended_on=None).has_vertigo


@pytest.mark.parametrize("what", ["session", "consent", "appointment", "answer", "contact"])
def test_cannot_be_undone_once_something_new_is_written(patient, double, course, practitioner, lead, at, what):
    theirs = CourseFactory(
        patient=double, practitioner=practitioner, complaint="Headache", starts_on=course.starts_on
    )
    log_visit(theirs, at - DAY, flags=(flag(course.clinic, "trauma"),))
    done = merge(patient, double, lead, at)
    acts = {
        "session": lambda: log_visit(course, at, is_needled=False),
        "consent": lambda: record_consent(
            patient=patient, stream=Consent.Stream.MOXA, is_given=True, how=Consent.How.SPOKEN, by=lead, at=at,
            shown_text=None,
        ),
        "appointment": lambda: Appointment.objects.create(
            clinic=course.clinic, course=course, practitioner=practitioner, starts_at=at + DAY,
            ends_at=at + 2 * DAY, booked_by=lead, booked_at=at,
        ),
        "answer": lambda: acknowledge(Alert.objects.get(course=theirs), by=lead, at=at, seen=2**40, way="admin"),
        "contact": lambda: Patient.objects.filter(pk=patient.pk).update(phone="1"),
    }  # fmt: skip
    acts[what]()
    with pytest.raises(CannotUndo):
        undo_merge(done, reason="two people", by=lead, at=at)
    assert PatientMerge.objects.in_force().count() == 1


def test_what_the_machine_does_meanwhile_prevents_nothing(patient, double, course, practitioner, lead, at):
    theirs = CourseFactory(
        patient=double, practitioner=practitioner, complaint="Headache", starts_on=course.starts_on
    )
    log_visit(theirs, at - DAY, flags=(flag(course.clinic, "trauma"),))
    done = merge(patient, double, lead, at)
    Alert.objects.update(repeat_at=at + DAY, chain_position=1)
    alert = Alert.objects.get(course=theirs)
    alert.events.create(clinic=alert.clinic, kind="repeated", happened_at=at, new_state="open")
    undo_merge(done, reason="two people", by=lead, at=at)
    assert theirs.alerts.get().patient == double


def test_what_is_written_for_a_merged_record_lands_in_the_one_it_went_into(
    patient, double, practitioner, lead, at
):
    merge(patient, double, lead, at)
    told = [flag(double.clinic, "trauma")]
    report_red_flags(patient=double, course=None, flags=told, form_key=uuid.uuid4(), by=practitioner, at=at)
    assert RedFlagReport.objects.get().patient == Alert.objects.get().patient == patient


def test_written_between_comparing_and_merging_is_said(patient, double, lead, at):
    version = version_of_pair(patient, double)
    record_consent(
        patient=double,
        stream=Consent.Stream.MOXA,
        is_given=False,
        how=Consent.How.SPOKEN,
        by=lead,
        at=at,
        shown_text=None,
    )
    with pytest.raises(MergeIsStale):
        merge_patients(patient, double, choices={}, version=version, reason="one", by=lead, at=at)


def test_same_form_sent_twice_merges_once(patient, double, lead, at):
    first = merge(patient, double, lead, at)
    again = merge_patients(patient, double, choices={}, version="", reason="one", by=lead, at=at)
    assert first == again


@pytest.mark.parametrize("reason", ["", "   "])
def test_reason_is_asked(patient, double, lead, at, reason):
    version = version_of_pair(patient, double)
    with pytest.raises(ValidationError):
        merge_patients(patient, double, choices={}, version=version, reason=reason, by=lead, at=at)


def test_test_patient_is_never_merged_with_a_real_one(patient, double, lead, at):
    as_test_patients(Patient.objects.filter(pk=double.pk))
    with pytest.raises(ValidationError):
        merge(patient, double, lead, at)


def test_merges_are_undone_in_reverse_order(clinic, patient, double, lead, at):
    third = PatientFactory(clinic=clinic)
    first = merge(patient, double, lead, at)
    second = merge(third, patient, lead, at)
    assert survivor(Patient.objects.get(pk=double.pk)) == third
    with pytest.raises(ValidationError):
        undo_merge(first, reason="two people", by=lead, at=at)
    undo_merge(second, reason="two people", by=lead, at=at)
    undo_merge(first, reason="two people", by=lead, at=at)
    assert Patient.objects.unmerged().count() == 3


@pytest.mark.django_db(transaction=True)
def test_red_flag_reported_while_records_are_merged_is_kept(patient, double, practitioner, lead, at, at_once):
    version = version_of_pair(patient, double)

    def tell():
        told = [flag(double.clinic, "trauma")]
        report_red_flags(patient=double, course=None, flags=told, form_key=uuid.uuid4(), by=practitioner, at=at)

    def join():
        return merge_patients(patient, double, choices={}, version=version, reason="one", by=lead, at=at)

    at_once(tell, join)
    assert RedFlagReport.objects.count() == Alert.objects.count() == 1
    double.refresh_from_db()
    assert RedFlagReport.objects.get().patient == Alert.objects.get().patient == survivor(double)
