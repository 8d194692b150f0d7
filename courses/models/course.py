"""A course: one patient, one complaint, several weeks."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.bringing.history_import import HistoryImport
from courses.models.protocol import Protocol
from patients.models import Patient


class CourseQuerySet(ClinicScopedQuerySet["Course"]):
    """Courses."""

    def open(self) -> Self:
        """Not over yet."""
        return self.filter(status__in=Course.OPEN)

    def seen_here(self) -> Self:
        """Without those that were only imported: nobody is alerted by history."""
        since = Q(sessions__logged_at__gt=F("brought_by__imported_at"))
        return self.filter(Q(brought_by=None) | Q(pk__in=self.model.objects.filter(since).values("pk")))

    def with_held(self) -> Self:
        """Add `n_held` and `last_held_at` of the sessions. A join would also count void ones."""
        counts = Q(sessions__voided_at=None)
        return self.annotate(
            n_held=Count("sessions", filter=counts), last_held_at=Max("sessions__held_at", filter=counts)
        )


class Course(models.Model):
    """One patient, one complaint: the plan, the status, the end."""

    class Status(models.TextChoices):
        """The status of a course."""

        PLANNED = "planned", _("planned")
        ACTIVE = "active", _("active")
        ON_HOLD = "on_hold", _("on hold")
        COMPLETED = "completed", _("completed")
        STOPPED = "stopped", _("stopped")

    OPEN = (Status.PLANNED, Status.ACTIVE, Status.ON_HOLD)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="courses", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="courses", verbose_name=_("patient"))
    practitioner = models.ForeignKey(
        Membership, models.PROTECT, related_name="courses", verbose_name=_("treating practitioner")
    )
    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="courses", verbose_name=_("protocol"))
    complaint = models.CharField(_("complaint"), max_length=120, default="Neck pain")
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PLANNED)
    starts_on = models.DateField(_("starts on"), help_text=_("No session can be earlier."))
    weekly_sessions = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("sessions in each week"))
    review_sessions = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("review after sessions"), default=list, blank=True
    )
    hold_reason = models.CharField(_("why on hold"), max_length=200, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)
    discharge_advice = models.TextField(_("advice at the end"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    brought_by = models.ForeignKey(
        HistoryImport,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="courses",
        verbose_name=_("imported with"),
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "complaint"],
                condition=Q(status__in=["planned", "active", "on_hold"]),
                name="courses_course_one_open_per_complaint",
                violation_error_message=_("The patient has an open course for this complaint."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "active", "on_hold"], ended_on=None)
                | Q(status__in=["completed", "stopped"], ended_on__isnull=False),
                name="courses_course_ended_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(status="on_hold") | ~Q(hold_reason=""), name="courses_course_hold_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "status", "-starts_on"], name="courses_course_by_status"),
            models.Index(fields=["practitioner", "status"], name="courses_course_by_treater"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.complaint}"

    @property
    def picker_label(self) -> str:
        """The label in pickers, which distinguishes two courses of one patient."""
        return f"{self.booking_label} · {self.complaint}"

    @property
    def booking_label(self) -> str:
        """The same for people who may not read the complaint."""
        start = _("from %(day)s") % {"day": shown_day(self.starts_on)}
        parts = (self.patient.picker_label, start, self.get_status_display(), str(self.practitioner))
        return " · ".join(str(part) for part in parts)

    @property
    def n_planned(self) -> int:
        """How many sessions are planned."""
        return sum(self.weekly_sessions)

    @property
    def planned_end_on(self) -> date:
        """The last day of the last planned week."""
        return self.starts_on + timedelta(weeks=len(self.weekly_sessions))

    @property
    def is_open(self) -> bool:
        """Whether it is not over yet."""
        return self.status in self.OPEN

    @property
    def is_running(self) -> bool:
        """Whether the patient gets mail: neither on hold nor over."""
        return self.status in {self.Status.PLANNED, self.Status.ACTIVE}

    def planned_week_of(self, number: int) -> float:
        """The week, from the start, in which a session is planned; the planned end for any beyond it."""
        for week, n_sessions in enumerate(self.weekly_sessions):
            if number <= n_sessions:
                return week + (number - 1) / n_sessions
            number -= n_sessions
        return float(len(self.weekly_sessions))

    def planned_interval(self, on: date) -> timedelta:
        """The planned time between two sessions around a day: the longer of this week's and the next's."""
        week = max((on - self.starts_on).days // 7, 0)
        return max(self._interval_in(week), self._interval_in(week + 1))

    def _interval_in(self, week: int) -> timedelta:
        """The week divided by its sessions; a week without any adds to the next one that has some."""
        plan = self.weekly_sessions
        n_weeks = 1
        while week < len(plan) - 1 and not plan[week]:
            week, n_weeks = week + 1, n_weeks + 1
        return timedelta(weeks=n_weeks) / max(plan[min(week, len(plan) - 1)], 1)
