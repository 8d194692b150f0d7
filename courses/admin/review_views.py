"""Hold or correct a review, and end the course."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.admin import ClinicScopedAdmin
from clinic.country.shown import shown_clock
from clinic.posting.added import opened_at, opened_now
from clinic.typed.asked import asked, one_of
from courses.models import Course, Review
from courses.outlook.wording import curve_sentences, gain_words
from courses.priors.adopted import in_force
from courses.priors.learning import basis_words
from courses.reviews.discharging import Discharged, discharge
from courses.reviews.forms import DischargeForm, ReviewForm
from courses.reviews.reviewing import correct_review, course_at_review, curve_says_now, open_matters, record_review
from courses.reviews.wording import question_words, relief_words
from courses.rules.review_advice import SOURCE, review_questions


class Reviews:
    """The views, bound to the course admin whose rows they may see."""

    def __init__(self, course_admin: ClinicScopedAdmin) -> None:
        self.admin = course_admin

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the question and the numbers, and save the decision."""
        by = self.admin.require(request, "courses.add_review")
        course, at = self.admin.row(request, pk), timezone.now()
        form = ReviewForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and (held := held_since(course, form, opened_at(request))):
            form.add_error(None, held)
        if request.method == "POST" and form.is_valid():
            try:
                review = record_review(course, entry=form.entry(), by=by, at=at)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _saved(review))
                return HttpResponseRedirect(_after(course, review))
        context = {"title": _("Review"), "action": _("Save review"), **self._numbers(course, at=at)}
        return self._show(request, "courses/admin/review.html", course, form, context)

    def correct(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Replace a wrong decision or reason; the numbers stay."""
        by = self.admin.require(request, "courses.add_review")
        wrong = get_object_or_404(
            Review.objects.visible_to(by).uncorrected().select_related("course__patient"), pk=pk
        )
        course = wrong.course
        initial = {"decision": wrong.decision, "reason": wrong.reason}
        form = ReviewForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                correct_review(wrong, entry=form.entry(), by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Corrected. The first version stays in the history."))
                return HttpResponseRedirect(_course_page(course))
        context = {
            "title": _("Correct the review"),
            "action": _("Save correction"),
            "sentences": [relief_words(wrong)],
            "questions": question_words(wrong.questions.get("asked", [])),
            "source": SOURCE,
        }
        return self._show(request, "courses/admin/review.html", course, form, context)

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Complete or stop the course."""
        by = self.admin.require(request, "courses.change_course")
        course, at = self.admin.row(request, pk), timezone.now()
        status = asked(request, "status", one_of({Course.Status.COMPLETED, Course.Status.STOPPED})) or ""
        form = DischargeForm(request.POST or None, initial={"status": status})
        if request.method == "POST" and form.is_valid():
            try:
                done = discharge(course, entry=form.discharge(), by=by, at=at)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _ended(done))
                return HttpResponseRedirect(_course_page(course))
        numbers = self._numbers(course, at=at)
        context = {
            "title": _("End the course"),
            "action": _("End the course"),
            "n_flags": sum(alert.is_red_flag for alert in numbers["open_alerts"]),
            **numbers,
        }
        return self._show(request, "courses/admin/discharge.html", course, form, context)

    def _numbers(self, course: Course, *, at: Any) -> dict[str, Any]:
        says, n_held = curve_says_now(course, at=at), course.sessions.count()
        is_extended = course.reviews.filter(n_added__gt=0).exists()
        alerts = list(open_matters(course).most_pressing_first())
        rules = {alert.rule for alert in alerts}
        at_review = course_at_review(course, says, n_held=n_held, is_extended=is_extended, open_rules=rules)
        return {
            "n_held": n_held,
            "open_alerts": alerts,
            "sentences": [gain_words(says), *curve_sentences(says)] if says else [],
            "basis": basis_words(course.clinic, in_force(course.clinic)),
            "questions": question_words(review_questions(at_review)),
            "source": SOURCE,
        }

    def _show(
        self, request: HttpRequest, template: str, course: Course, form: Form, context: dict[str, Any]
    ) -> HttpResponse:
        page = {"form": form, "course": course, "patient": course.patient, **opened_now(), **context}
        response = self.admin.page(request, template, page)
        response.status_code = 422 if form.is_bound else 200
        return response


def held_since(course: Course, form: ReviewForm, since: datetime | None) -> str:
    """A sentence about a review that a colleague held while this page was open; otherwise empty."""
    if since is None:
        return ""
    rows = course.reviews.filter(reviewed_at__gt=since).exclude(form_key=form.cleaned_data["form_key"])
    newer = rows.select_related("reviewed_by__user").order_by("-reviewed_at").first()
    if newer is None:
        return ""
    message = _(
        "%(who)s saved a review at %(time)s while this page was open and decided: %(decision)s. "
        "Check it. Save again to add another review."
    )
    at = course.clinic.local(newer.reviewed_at)
    values = {"who": newer.reviewed_by, "time": shown_clock(at), "decision": newer.get_decision_display()}
    return message % values


def _course_page(course: Course) -> str:
    return reverse("admin:courses_course_change", args=[course.pk])


def _after(course: Course, review: Review) -> str:
    """After “stop”, continue with the end of the course; after “refer”, with the letter."""
    if review.decision == Review.Decision.STOP:
        return reverse("admin:courses_course_end", args=[course.pk]) + "?status=stopped"
    if review.decision == Review.Decision.REFER:
        return reverse("admin:courses_letter_summary", args=[course.pk])
    return _course_page(course)


def _saved(review: Review) -> str:
    if review.n_added:
        return _("Review saved. The plan has %(n)d more sessions.") % {"n": review.n_added}
    return _("Review saved.")


def _ended(done: Discharged) -> str:
    words = _("Course ended.")
    if done.n_appointments:
        count = done.n_appointments
        words += " " + ngettext("%(n)d booking was cancelled.", "%(n)d bookings were cancelled.", count) % {
            "n": count
        }
    return words
