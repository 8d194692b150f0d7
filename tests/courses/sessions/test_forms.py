"""The forms to enter a visit and a red flag."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from courses.models import Needling, RedFlag
from courses.plans.course_state import PatientState
from courses.sessions.entry import NeedlingEntry
from courses.sessions.forms import RedFlagReportForm, SessionForm
from courses.sessions.treatment_facts import treatment_facts
from tests.factories import CourseFactory, PatientFactory

pytestmark = pytest.mark.django_db

SHOULDER = NeedlingEntry(None, Needling.Side.LEFT, "shoulder")


@pytest.fixture
def form(course, practitioner, at):
    """The session form with the required fields filled in."""

    def make(*, is_at_ceiling=False, **values):
        always = {
            "form_key": str(uuid.uuid4()),
            "held_at": "2026-03-11T10:00",
            "practitioner": practitioner.pk,
            "before": "5",
            "no_red_flag": "on",
            "is_needled": "no",
        }
        sent = {name: value for name, value in {**always, **values}.items() if value is not None}
        facts = treatment_facts(PatientState(course.patient), on=at.date())
        return SessionForm(sent, course=course, by=practitioner, at=at, facts=facts, is_at_ceiling=is_at_ceiling)

    return make


class TestCeiling:
    """If scores cannot show worsening, severe pain is asked about at any score."""

    def test_the_question_must_be_answered(self, form):
        assert set(form(before="7", is_at_ceiling=True).errors) == {"answer_severe_pain"}
        assert form(before="7").is_valid()

    def test_the_usual_pain_below_eight_is_no_report(self, form):
        one = form(before="7", is_at_ceiling=True, answer_severe_pain="usual")
        assert one.is_valid(), one.errors
        assert one.entry(()).flags == ()

    def test_more_than_usual_is_reported(self, form):
        one = form(before="7", is_at_ceiling=True, answer_severe_pain="yes")
        assert one.is_valid(), one.errors
        assert [entry.flag.code for entry in one.entry(()).flags] == ["severe_pain"]


class TestSession:
    def test_four_answers_are_enough(self, form):
        one = form()
        assert one.is_valid(), one.errors
        entry = one.entry(())
        assert (entry.before, entry.after, entry.flags, entry.is_needled) == (5, None, (), False)

    @pytest.mark.parametrize(
        ("score", "is_valid"), [("0", True), ("10", True), ("11", False), ("-1", False), ("x", False)]
    )
    def test_pain_is_a_whole_number_to_ten(self, form, score, is_valid):
        one = form(
            before=score,
            flag_severe_pain="on" if score == "10" else None,
            no_red_flag=None if score == "10" else "on",
        )
        assert one.is_valid() is is_valid

    def test_pain_before_is_compulsory(self, form):
        assert set(form(before=None).errors) == {"before"}

    def test_red_flags_must_have_been_asked(self, form):
        assert set(form(no_red_flag=None).errors) == {"no_red_flag"}

    def test_flag_and_none_contradict_each_other(self, form):
        assert set(form(flag_trauma="on").errors) == {"no_red_flag"}

    @pytest.mark.parametrize("scores", [{"before": "8"}, {"after": "9"}])
    def test_severe_pain_is_asked_from_eight_on(self, form, scores):
        assert set(form(**scores).errors) == {"answer_severe_pain"}
        assert form(**scores, no_red_flag=None, flag_severe_pain="on", answer_severe_pain="usual").is_valid()

    def test_severe_pain_answered_in_place_is_reported_beside_none_of_these(self, form):
        one = form(before="8", answer_severe_pain="usual")
        assert one.is_valid(), one.errors
        assert [(told.flag.code, told.answer) for told in one.entry(()).flags] == [("severe_pain", "usual")]

    def test_answer_left_from_a_corrected_score_is_ignored(self, form):
        one = form(before="4", answer_severe_pain="usual")
        assert one.is_valid()
        assert one.entry(()).flags == ()

    def test_severe_pain_ticked_with_a_low_score_contradicts_none_of_these(self, form):
        assert set(form(before="4", flag_severe_pain="on").errors) == {"no_red_flag"}

    def test_severe_pain_is_asked_beside_another_flag_too(self, form):
        assert set(form(before="8", no_red_flag=None, flag_trauma="on").errors) == {"answer_severe_pain"}

    def test_flags_are_reported_though_the_rest_is_missing(self, form):
        one = form(before=None, no_red_flag=None, flag_trauma="on")
        assert not one.is_valid()
        assert [told.flag.code for told in one.reported_flags()] == ["trauma"]

    def test_flag_beside_none_of_these_is_reported_and_asked_about(self, form):
        one = form(flag_trauma="on")
        assert not one.is_valid()
        assert [told.flag.code for told in one.reported_flags()] == ["trauma"]

    def test_ticks_and_answers_are_taken(self, form):
        one = form(no_red_flag=None, flag_swelling_neck="on", answer_swelling_neck="no")
        assert one.is_valid(), one.errors
        (entry,) = one.entry(()).flags
        assert (entry.flag.code, entry.answer) == ("swelling_neck", "no")

    @pytest.mark.parametrize(("answer", "is_needled"), [("yes", True), ("no", False)])
    def test_needles_are_as_answered(self, form, answer, is_needled):
        one = form(is_needled=answer)
        assert one.is_valid()
        assert one.entry(()).is_needled is is_needled

    @pytest.mark.parametrize("answer", [None, "", "on"])
    def test_needles_must_have_been_asked(self, form, answer):
        assert set(form(is_needled=answer).errors) == {"is_needled"}

    @pytest.mark.parametrize(
        ("values", "points", "wrong"),
        [
            ({"is_needled": "no"}, (SHOULDER,), ["is_needled"]),
            ({"is_needled": "no", "needles_in": "4"}, (), ["is_needled"]),
            ({"is_needled": "no", "needles_in": "0"}, (), []),
            ({"is_needled": "no"}, (), []),
            ({"is_needled": "yes"}, (), []),
            ({"is_needled": "yes", "needles_out": "1"}, (SHOULDER,), []),
        ],
    )
    def test_no_needles_beside_a_needle_is_asked_about(self, form, values, points, wrong):
        one = form(**values)
        assert one.is_valid()
        assert list(one.needling_errors(points)) == wrong

    def test_appointment_of_another_course_is_not_taken(self, form, clinic, practitioner, at):
        other = CourseFactory(patient=PatientFactory(clinic=clinic), practitioner=practitioner)
        appointment = other.appointments.create(
            clinic=clinic,
            practitioner=practitioner,
            starts_at=at,
            ends_at=at.replace(hour=11),
            booked_by=practitioner,
            booked_at=at,
        )
        assert set(form(appointment=appointment.pk).errors) == {"appointment"}

    def test_practitioner_of_another_clinic_is_not_taken(self, form, stranger):
        assert set(form(practitioner=stranger.pk).errors) == {"practitioner"}

    def test_flags_asked_at_intake_are_not_in_it(self, form):
        assert "flag_age_new" not in form().fields
        assert "flag_trauma" in form().fields

    def test_form_begins_with_who_signed_in_and_now(self, course, practitioner, lead, at):
        facts = treatment_facts(PatientState(course.patient), on=at.date())
        fresh = SessionForm(course=course, by=lead, at=at, facts=facts)
        assert fresh["practitioner"].value() == lead.pk
        with timezone.override(course.clinic.zone):
            assert f"{fresh['held_at'].value():%H:%M}" == "11:00"


class TestReport:
    @pytest.fixture
    def report(self, clinic):
        flags = list(RedFlag.objects.for_clinic(clinic).current())

        def make(**values):
            return RedFlagReportForm(
                {"form_key": str(uuid.uuid4()), "caller": "the patient", **values}, flags=flags
            )

        return make

    def test_needs_a_flag_alone(self, report):
        assert report(flag_trauma="on", caller="").is_valid()
        assert not report().is_valid()

    @pytest.mark.parametrize(
        ("name", "typed", "kept"),
        [
            ("onset_at", "yesterday evening", "fell; yesterday evening"),
            ("caller", "x" * 121, "fell; " + "x" * 121),
            ("note", "y" * 301, "y" * 300),
            ("answer_swelling_neck", "nonsense", "fell"),
            ("form_key", "nonsense", "fell"),
        ],
    )
    def test_turns_no_report_away_for_what_it_cannot_read(self, report, name, typed, kept):
        one = report(**{"flag_swelling_neck": "on", "note": "fell", name: typed})
        assert one.is_valid(), one.errors
        assert [entry.flag.code for entry in one.ticked(one.cleaned_data)] == ["swelling_neck"]
        assert one.cleaned_data["note"] == kept
        assert isinstance(one.cleaned_data["form_key"], uuid.UUID)

    def test_offers_what_is_asked_at_intake_too(self, report):
        one = report(flag_age_new="on")
        assert one.is_valid()
        assert [entry.flag.code for entry in one.ticked(one.cleaned_data)] == ["age_new"]

    def test_onset_goes_with_the_flags(self, report):
        one = report(flag_trauma="on", onset_at="2026-03-10T22:00")
        assert one.is_valid(), one.errors
        assert one.ticked(one.cleaned_data)[0].onset_at == one.cleaned_data["onset_at"]
