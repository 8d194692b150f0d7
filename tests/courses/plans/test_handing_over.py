"""Courses are handed over to another practitioner, with their bookings; both are informed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message, Role
from clinic.outbox.deliver import deliver_due
from clinic.people.leaving import deactivate_member
from courses.alerts.inbox import mine
from courses.models import Alert, Appointment, Course, HandOver
from courses.plans.booking import book_appointment
from courses.plans.hand_over_mail import hand_over_mail
from courses.plans.handing_over import hand_over
from courses.plans.lifecycle import end_course, hold_course
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import CourseFactory, MembershipFactory, cleared_patient, flag

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def colleague(clinic):
    """Treats here too."""
    return MembershipFactory(clinic=clinic, role=Role.PRACTITIONER, user__username="colleague")


@pytest.fixture
def give(course, colleague, lead, at):
    """Hand the course, unless others are given, over to the colleague."""

    def act(*courses: Course, to=colleague, form_key=None, by=lead, reason="parental leave"):
        return hand_over(courses or [course], to=to, reason=reason, form_key=form_key or uuid4(), by=by, at=at)

    return act


@pytest.fixture
def book(course, practitioner, at):
    """Book an hour with the treating practitioner."""

    def make(starts_at, *, course=course, practitioner=practitioner, is_for_needling=True) -> Appointment:
        return book_appointment(
            course=course,
            practitioner=practitioner,
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            is_for_needling=is_for_needling,
            by=practitioner,
            at=at,
        )

    return make


def treater(row: Course | Appointment):
    row.refresh_from_db()
    return row.practitioner


class TestCourses:
    def test_course_is_theirs_and_the_row_says_why(self, give, course, practitioner, colleague, lead, at):
        assert give().n_courses == 1
        assert treater(course) == colleague
        row = HandOver.objects.get()
        assert (row.from_member, row.to_member, row.handed_by) == (practitioner, colleague, lead)
        assert (row.reason, row.handed_at) == ("parental leave", at)

    def test_several_go_together(self, give, clinic, course, practitioner, colleague, at):
        other = CourseFactory(
            patient=cleared_patient(clinic, by=practitioner, at=at - 60 * DAY), practitioner=practitioner
        )
        assert give(course, other).n_courses == 2
        assert {treater(course), treater(other)} == {colleague}

    def test_same_form_hands_over_once(self, give, course, colleague):
        key = uuid4()
        give(form_key=key)
        assert give(form_key=key).n_courses == 1
        assert HandOver.objects.count() == 1

    def test_giving_back_is_another_row(self, give, course, practitioner):
        give()
        give(to=practitioner, reason="back")
        assert treater(course) == practitioner
        assert [row.reason for row in HandOver.objects.all()] == ["parental leave", "back"]

    def test_rows_are_kept_as_written(self, give, refused):
        give()
        with refused("courses_append_only"):
            HandOver.objects.update(reason="another")
        with refused("courses_append_only"):
            HandOver.objects.all().delete()

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_make_one(self, give, course, colleague, at_once):
        key = uuid4()
        answers = at_once(lambda: give(form_key=key), lambda: give(form_key=key))
        assert [answer.n_courses for answer in answers] == [1, 1]
        assert HandOver.objects.count() == 1


class TestRefusals:
    def test_nothing_ticked(self, give, colleague, lead, at):
        with pytest.raises(ValidationError, match="Tick the courses"):
            hand_over([], to=colleague, reason="x", form_key=uuid4(), by=lead, at=at)

    def test_theirs_already(self, give, practitioner):
        with pytest.raises(ValidationError, match="already treats it"):
            give(to=practitioner)

    def test_course_that_is_over(self, give, course, at):
        end_course(course, status=Course.Status.STOPPED, reason="moved away", on=at.date(), at=at)
        with pytest.raises(ValidationError, match="the course has ended"):
            give()

    def test_somebody_who_does_not_treat(self, give, course, front_desk, practitioner):
        with pytest.raises(ValidationError, match="does not treat here"):
            give(to=front_desk)
        assert treater(course) == practitioner

    def test_somebody_who_left(self, give, colleague, at):
        deactivate_member(colleague, at=at)
        with pytest.raises(ValidationError, match="does not treat here"):
            give()

    def test_somebody_of_another_clinic(self, give, stranger):
        with pytest.raises(ValidationError, match="does not treat here"):
            give(to=stranger)

    def test_one_of_two_refused_leaves_both(self, give, clinic, course, practitioner, colleague, at):
        other = CourseFactory(
            patient=cleared_patient(clinic, by=practitioner, at=at - 60 * DAY), practitioner=colleague
        )
        with pytest.raises(ValidationError, match="already treats it"):
            give(course, other)
        assert treater(course) == practitioner
        assert not HandOver.objects.exists()


class TestBookings:
    def test_go_along(self, give, book, colleague, at):
        booked = [book(at + DAY), book(at + 2 * DAY)]
        done = give()
        assert (done.n_bookings, done.staying) == (2, ())
        assert {treater(one) for one in booked} == {colleague}

    def test_stays_where_the_other_one_is_busy(self, give, book, clinic, practitioner, colleague, at):
        busy = CourseFactory(
            patient=cleared_patient(clinic, by=practitioner, at=at - 60 * DAY), practitioner=colleague
        )
        book(at + DAY, course=busy, practitioner=colleague)
        clash, free = book(at + DAY), book(at + 2 * DAY)
        done = give()
        assert (done.n_bookings, done.staying) == (1, (clash,))
        assert (treater(clash), treater(free)) == (practitioner, colleague)

    def test_needling_stays_where_their_licence_ends_before(self, give, book, practitioner, colleague, at):
        colleague.licence_expires_on = date(2026, 3, 13)
        colleague.save()
        before, after = book(at + DAY), book(at + 5 * DAY)
        talk = book(at + 6 * DAY, is_for_needling=False)
        assert give().staying == (after,)
        assert [treater(one) for one in (before, after, talk)] == [colleague, practitioner, colleague]

    def test_goes_along_where_nobody_may_needle_now(self, give, book, course, colleague, at):
        booked = book(at + DAY)
        hold_course(course, reason="travels", at=at)
        assert give().staying == ()
        assert treater(booked) == colleague

    def test_past_and_with_others_stay(self, give, book, course, practitioner, lead, at):
        past = Appointment.objects.create(
            clinic=course.clinic,
            course=course,
            practitioner=practitioner,
            starts_at=at - DAY,
            ends_at=at - DAY + HOUR,
            is_for_needling=True,
            booked_by=practitioner,
            booked_at=at - 2 * DAY,
        )
        with_lead = book(at + DAY, practitioner=lead)
        assert give().n_bookings == 0
        assert (treater(past), treater(with_lead)) == (practitioner, lead)


class TestMail:
    @pytest.fixture
    def mails(self, smtp, at):
        """Send what is due; the bodies by address."""

        def send() -> dict[str, str]:
            deliver_due(clock=lambda: at)
            handed = [mail for mail in smtp.mails if mail["Subject"] == "Courses were handed over - Linden"]
            return {mail["To"]: mail.get_body(("plain",)).get_content() for mail in handed}

        return send

    def test_both_are_informed(self, give, lead, practitioner, colleague, mails):
        give()
        sent = mails()
        assert set(sent) == {colleague.address, practitioner.address}
        assert f"{lead} handed a course over to you" in sent[colleague.address]
        assert f"/admin/courses/course/?practitioner__id__exact={colleague.pk}" in sent[colleague.address]
        assert f"{lead} handed a course of yours over to {colleague}" in sent[practitioner.address]

    def test_mail_names_no_patient_and_no_reason(self, give, course, colleague):
        give()
        mail = hand_over_mail.render(Message.objects.get(recipient=f"membership:{colleague.pk}"))
        for word in (course.patient.family_name, course.patient.given_name, course.complaint, "parental"):
            assert word not in mail.subject + mail.text + mail.html

    def test_who_hands_over_is_not_informed(self, give, practitioner, colleague):
        give(by=practitioner)
        told = Message.objects.filter(kind="hand_over").values_list("recipient", flat=True)
        assert set(told) == {f"membership:{colleague.pk}"}

    def test_who_left_is_not_informed(self, give, practitioner, mails, colleague, at):
        deactivate_member(practitioner, at=at)
        give()
        assert set(mails()) == {colleague.address}

    def test_open_alerts_are_counted_and_in_their_inbox(self, give, course, colleague, mails, at):
        report_red_flags(
            patient=course.patient,
            course=course,
            flags=[flag(course.clinic, "trauma")],
            form_key=uuid4(),
            by=course.practitioner,
            at=at,
        )
        give()
        assert "1 alert is open there now" in mails()[colleague.address]
        steps = {step["step"]: step["members"] for step in Alert.objects.get().chain}
        assert steps["practitioner"] == [course.practitioner_id, colleague.pk]
        assert set(mine(Alert.objects.all(), colleague)) == {Alert.objects.get()}
