"""Voiding a course's entries beside its sessions."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from courses.corrections.entries import ENTRIES, void_entry
from courses.models import Alert, ClearanceOverride, MeasureScore, PainScore, Review
from courses.reviews.reviewing import ReviewEntry, correct_review, record_review
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from tests.factories import log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(course, practitioner, lead, at):
    """One entry of each kind."""

    def of(kind):
        if kind == "check-in":
            check_in = log_visit(course, at - timedelta(days=1)).session.check_ins.get(kind="day1")
            log_check_in(check_in, entry=CheckInEntry(form_key=uuid4(), score=7), at=at)
            return check_in
        if kind == "review":
            return record_review(
                course, entry=ReviewEntry(uuid4(), Review.Decision.CONTINUE), by=practitioner, at=at
            )
        if kind == "measures":
            key = uuid4()
            rows = [
                MeasureScore.objects.create(
                    clinic=course.clinic,
                    course=course,
                    code="rom",
                    item=item,
                    score=40,
                    stage="start",
                    measured_at=at,
                    recorded_by=practitioner,
                    form_key=key,
                )
                for item in ("flexion", "extension")
            ]
            return rows[1]
        return ClearanceOverride.objects.create(
            clinic=course.clinic,
            course=course,
            codes=["x"],
            valid_on=at.date(),
            reason="known",
            given_by=lead,
            given_at=at,
        )

    return of


@pytest.mark.parametrize("kind", ENTRIES)
def test_each_kind_is_kept_and_counts_nowhere(kind, made, course, lead, at):
    row = made(kind)
    void_entry(course, kind=kind, number=row.pk, reason="wrong course", by=lead, at=at)
    model = type(row)
    assert model.objects.filter(pk=row.pk).count() == 0
    kept = model.every.get(pk=row.pk)
    assert (kept.voided_by, kept.void_reason) == (lead, "wrong course")
    with pytest.raises(ValidationError, match="voided this already"):
        void_entry(course, kind=kind, number=row.pk, reason="again", by=lead, at=at)


@pytest.mark.parametrize("kind", ENTRIES)
def test_each_kind_has_its_page_and_is_shown_struck_through(kind, made, course, signed_in, lead):
    row, client = made(kind), signed_in(lead)
    course_url = f"/admin/courses/course/{course.pk}/change/"
    url = f"/admin/courses/course/{course.pk}/void/{kind}/{row.pk}/"
    assert url in client.get(course_url).content.decode() or kind == "measures"
    assert client.post(url, {"reason": ""}).status_code == 422
    html = client.post(url, {"reason": "wrong course"}, follow=True).content.decode()
    assert "Void entries" in html
    assert "wrong course" in html
    assert "voided this already" in client.post(url, {"reason": "wrong course"}, follow=True).content.decode()


def test_measures_of_one_form_go_together(made, course, lead, at):
    void_entry(course, kind="measures", number=made("measures").pk, reason="x", by=lead, at=at)
    assert (MeasureScore.objects.count(), MeasureScore.every.count()) == (0, 2)


def test_answer_of_a_check_in_takes_its_score_and_alert_along(course, lead, at):
    log_run(course, [(2, 2), (2, 2), (2, 2)], until=at - timedelta(days=1))
    check_in = course.sessions.get(number=3).check_ins.get(kind="day1")
    log_check_in(check_in, entry=CheckInEntry(form_key=uuid4(), score=9), at=at)
    assert Alert.objects.get(rule="pain").state == "open"
    void_entry(course, kind="check-in", number=check_in.pk, reason="his wife answered", by=lead, at=at)
    assert PainScore.objects.filter(check_in=check_in).count() == 0
    assert Alert.objects.get(rule="pain").outcome == "data_corrected"


def test_review_goes_with_what_it_corrected(made, course, practitioner, lead, at):
    first = made("review")
    second = correct_review(
        first, entry=ReviewEntry(uuid4(), Review.Decision.CHANGE, reason="x"), by=practitioner, at=at
    )
    void_entry(course, kind="review", number=second.pk, reason="wrong course", by=lead, at=at)
    assert course.reviews.uncorrected().count() == 0


def test_override_that_was_used_stays(made, course, lead, at):
    given = made("override")
    log_visit(course, at)
    with pytest.raises(ValidationError, match="void the session instead"):
        void_entry(course, kind="override", number=given.pk, reason="x", by=lead, at=at)


def test_database_lets_a_review_be_voided_and_nothing_else(made, refused, lead, at):
    review = made("review")
    with refused("clinic_only_void"):
        Review.objects.filter(pk=review.pk).update(reason="nicer words")
    with refused("clinic_only_void"):
        Review.objects.filter(pk=review.pk).update(
            voided_at=at, voided_by=lead, void_reason="x", reason="nicer words"
        )


def test_only_a_lead_takes_an_override_back(made, course, signed_in, practitioner):
    url = f"/admin/courses/course/{course.pk}/void/override/{made('override').pk}/"
    assert signed_in(practitioner).get(url).status_code == 403
