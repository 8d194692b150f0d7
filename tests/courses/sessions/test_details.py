"""All fields of a session beside scores and flags are stored in its rows."""

from __future__ import annotations

import uuid

import pytest

from courses.models import AdverseEvent, AftercareMeasure, Needling, SessionMotion
from courses.plans.course_state import PatientState
from courses.sessions.entry import NeedlingEntry
from courses.sessions.forms import SessionForm
from courses.sessions.log import log_session
from courses.sessions.treatment_facts import treatment_facts
from patients.intake import record_screening
from patients.models import ScreeningItem
from tests.factories import log_visit

pytestmark = pytest.mark.django_db

NEEDLE = NeedlingEntry(None, Needling.Side.BOTH, "shoulder", depth_mm=10)


@pytest.fixture
def form(course, practitioner, at):
    """The session form with the required fields filled in."""

    def make(**values):
        always = {
            "form_key": str(uuid.uuid4()),
            "held_at": "2026-03-11T10:00",
            "practitioner": practitioner.pk,
            "before": "5",
            "no_red_flag": "on",
            "is_needled": "yes",
        }
        facts = treatment_facts(PatientState(course.patient), on=at.date())
        return SessionForm({**always, **values}, course=course, by=practitioner, at=at, facts=facts)

    return make


@pytest.fixture
def saved(form, course, practitioner, at):
    """The session that a form saves."""

    def save(*needlings, **values):
        one = form(**values)
        assert one.is_valid(), one.errors
        return log_session(course, entry=one.entry(needlings), by=practitioner, at=at).session

    return save


class TestCounts:
    @pytest.mark.parametrize(
        ("values", "wrong"),
        [
            ({}, "needles_out"),
            ({"needles_out": "1"}, "needle_difference"),
            ({"needles_out": "2"}, None),
            ({"needles_out": "1", "needle_difference": "found in the towel"}, None),
            ({"needles_in": "3", "needles_out": "2"}, "needle_difference"),
        ],
    )
    def test_what_went_in_is_counted_out(self, form, values, wrong):
        one = form(**values)
        assert one.is_valid()
        assert list(one.count_errors([NEEDLE])) == ([wrong] if wrong else [])

    def test_visit_without_points_asks_for_no_count(self, form):
        one = form()
        assert one.is_valid()
        assert one.count_errors([]) == {}

    def test_counts_are_kept_and_a_missing_needle_is_never_silent(self, saved):
        session = saved(NEEDLE, needles_out="1", needle_difference="found in the towel")
        assert (session.needles_in, session.needles_out, session.is_needle_missing) == (2, 1, True)
        assert session.needle_difference == "found in the towel"

    def test_needled_without_a_count_is_known_as_that(self, saved):
        assert saved().is_count_missing

    def test_database_refuses_a_silent_difference(self, course, at, refused):
        session = log_visit(course, at).session
        session.needles_in, session.needles_out = 4, 3
        with refused("courses_session_missing_needle_is_explained"):
            session.save()


class TestFindings:
    def test_symptoms_and_movement(self, saved):
        session = saved(symptom_stiffness="2", symptom_headache="0", motion_rotation_left="60", limits_life="4")
        assert dict(session.symptoms.values_list("code", "grade")) == {"stiffness": 2, "headache": 0}
        assert session.motion.measured == [("turning left", 60)]
        assert session.limits_life == 4

    def test_nothing_measured_writes_no_row(self, saved):
        assert not SessionMotion.objects.filter(session=saved()).exists()

    def test_a_neck_turns_no_further_than_it_can(self, form):
        assert set(form(motion_flexion="400").errors) == {"motion_flexion"}

    def test_stricta_particulars(self, saved):
        session = saved(
            position="prone",
            rested_minutes="10",
            needle_diameter_mm="0.25",
            needle_length_mm="40",
            needle_maker="Seirin",
            needle_lot="L7",
            other_treatments=["moxa", "advice"],
            variation="less stimulation",
            explained="what to expect tonight",
        )
        session.refresh_from_db()
        assert (session.position, session.rested_minutes, session.needle_lot) == ("prone", 10, "L7")
        assert (str(session.needle_diameter_mm), session.other_treatments) == ("0.25", ["moxa", "advice"])


class TestEvents:
    def test_event_with_severity_and_causality(self, saved):
        session = saved(
            event_pain_worse="on",
            severity_pain_worse="moderate",
            causality_pain_worse="probable",
            onset_pain_worse="30",
            went_pain_worse="5, up to 8, two days",
            serious_bleeding="on",
        )
        (event,) = AdverseEvent.objects.filter(session=session)
        assert (event.severity, event.causality, event.is_serious) == ("moderate", "probable", False)
        assert (event.noticed_at - session.held_at).total_seconds() == 1800

    def test_flat_bruise_is_unwanted_and_no_flag(self, saved):
        session = saved(event_bruise="on")
        assert [str(event) for event in session.adverse_events.all()] == ["A flat bruise, not raised, not growing"]
        assert not session.red_flag_reports.exists()


class TestAftercare:
    def test_given_is_kept(self, saved):
        session = saved(aftercare_warm_compress="on", aftercare_gentle_movement="on")
        assert [str(given) for given in session.aftercare_given.all()] == [
            "Warm compress",
            "Rest, then gentle movement",
        ]

    def test_what_the_screening_forbids_is_refused(self, form, patient, practitioner, clinic, at):
        allergy = ScreeningItem.objects.get(clinic=clinic, code="nsaid_allergy")
        record_screening(patient=patient, findings={allergy: ""}, by=practitioner, at=at)
        one = form(aftercare_nsaid_gel="on")
        assert "Allergy to NSAID" in one.errors["aftercare_nsaid_gel"][0]

    def test_what_happened_at_this_session_forbids_too(self, form):
        assert "aftercare_warm_compress" in form(event_bruise="on", aftercare_warm_compress="on").errors

    def test_no_heat_over_gel(self, form):
        assert "aftercare_warm_compress" in form(aftercare_warm_compress="on", aftercare_nsaid_gel="on").errors

    def test_red_flag_leaves_contact_advice_alone(self, form):
        one = form(no_red_flag="", flag_trauma="on", aftercare_warm_compress="on")
        assert "aftercare_warm_compress" in one.errors
        assert form(no_red_flag="", flag_trauma="on", aftercare_gentle_movement="on").is_valid()

    @pytest.mark.parametrize(
        ("weeks", "codes"),
        [
            ("12", set()),
            ("22", {"pregnancy_20"}),
            ("31", {"pregnancy_20", "pregnancy_30"}),
            ("", {"pregnancy_20", "pregnancy_30"}),
        ],
    )
    def test_pregnancy_counts_by_its_week(self, course, practitioner, clinic, at, weeks, codes):
        pregnant = ScreeningItem.objects.get(clinic=clinic, code="pregnancy")
        record_screening(patient=course.patient, findings={pregnant: weeks}, by=practitioner, at=at)
        known = treatment_facts(PatientState(course.patient), on=at.date()).conditions
        assert {code for code in known if code.startswith("pregnancy_")} == codes

    def test_every_condition_of_the_shipped_measures_can_be_known(self, course, clinic, at):
        asked = set(ScreeningItem.objects.for_clinic(clinic).values_list("code", flat=True))
        facts = treatment_facts(PatientState(course.patient), on=at.date())
        blank = SessionForm(course=course, by=course.practitioner, at=at, facts=facts)
        events = {item.code for item in blank.events}
        derived = {"no_moxa_consent", "pregnancy_20", "pregnancy_30", "under_2", "under_12", "under_14", "elderly"}
        for measure in AftercareMeasure.objects.for_clinic(clinic):
            assert {*measure.blocked_by, *measure.cautioned_by} <= asked | events | derived, measure.code
