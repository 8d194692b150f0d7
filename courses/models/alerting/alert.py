"""An open alert, and its history."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.alerting.inbox_order import BY_NEED, ranks
from courses.models.course import Course
from courses.models.red_flag import RedFlagReport
from courses.rules.facts import Severity
from patients.models import Patient

# What the screens call each severity; which there are, and their order, the rules say.
SEVERITY_LABELS = {
    Severity.E0: _("emergency"),
    Severity.E1: _("doctor today"),
    Severity.E2: _("urgent referral"),
    Severity.RED: _("red"),
    Severity.AMBER: _("amber"),
    Severity.C: _("call back"),
    Severity.REVIEW: _("review"),
}
SEVERITY_CHOICES = [(severity.value, SEVERITY_LABELS[severity]) for severity in Severity]


class AlertQuerySet(ClinicScopedQuerySet["Alert"]):
    """Alerts."""

    def unresolved(self) -> Self:
        """Open or acknowledged."""
        return self.exclude(state=Alert.State.RESOLVED)

    def red_flags(self) -> Self:
        """Raised by a red flag."""
        return self.filter(rule=Alert.Rule.RED_FLAG)

    def of_matter(self, alert: Alert) -> Self:
        """This alert and all others about the same matter of the same course."""
        return self.filter(
            patient=alert.patient_id, course=alert.course_id, rule=alert.rule, flag_code=alert.flag_code
        )

    def exhausted(self) -> Self:
        """The whole chain was alerted and nobody answered."""
        return self.filter(state=Alert.State.OPEN, exhausted_at__isnull=False)

    def by_need(self) -> Self:
        """Add the rank of each state and severity; 0 is the most urgent."""
        return self.annotate(**ranks(Alert.State.values))

    def most_pressing_first(self) -> Self:
        """In the order of the inbox."""
        return self.by_need().order_by(*BY_NEED)

    def step_due_by(self, at: datetime) -> Self:
        """Those whose next step is due."""
        return self.unresolved().filter(next_step_at__lte=at)


class Alert(models.Model):
    """One open matter of one course: the findings, stored as they were, and the state of the answer."""

    class State(models.TextChoices):
        """The state of the answer."""

        OPEN = "open", _("open")
        SNOOZED = "snoozed", _("snoozed")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        RESOLVED = "resolved", _("resolved")

    class Rule(models.TextChoices):
        """What is watched; all pain rules together are one matter."""

        RED_FLAG = "red_flag", _("red flag")
        PAIN = "pain", _("pain")
        UNCLEARED = "uncleared", _("needled without clearance")
        OFF_COURSE = "off_course", _("off track")
        WORSE_THAN_START = "worse_than_start", _("worse than at the start")
        LAPSED = "lapsed", _("no session for too long")
        UNANSWERED = "unanswered", _("check-in unanswered")

    class Outcome(models.TextChoices):
        """How an alert ended."""

        REASSURED = "reassured", _("reassured")
        ADVISED = "advised", _("advised")
        PLAN_CHANGED = "plan_changed", _("plan changed")
        REFERRED = "referred", _("referred")
        EMERGENCY = "emergency", _("emergency services")
        DATA_CORRECTED = "data_corrected", _("entry corrected")
        COURSE_CLOSED = "course_closed", _("course closed")
        SETTLED = "settled", _("back in the expected range")
        OVERTAKEN = "overtaken", _("no longer the case")

    # Outcomes for people; the others are set by the software, and never close a red flag.
    HUMAN_OUTCOMES = (
        Outcome.REASSURED,
        Outcome.ADVISED,
        Outcome.PLAN_CHANGED,
        Outcome.REFERRED,
        Outcome.EMERGENCY,
    )

    class Cause(models.TextChoices):
        """Why the pain got worse, in the clinician's opinion."""

        NEEDLE_TRAUMA = "needle_trauma", _("needle trauma")
        NERVE_IRRITATION = "nerve_irritation", _("nerve irritation")
        MUSCLE_TENSION = "muscle_tension", _("muscle tension")
        TECHNIQUE = "technique", _("technique")
        POINT_CHOICE = "point_choice", _("point choice")
        OTHER = "other", _("other")
        NONE = "none", _("none found")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="alerts", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="alerts", verbose_name=_("patient"))
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("course")
    )
    came_from = models.ForeignKey(
        Patient,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("raised for the merged record"),
        help_text=_(
            "Two records of one person may each have an open alert about the same matter. Both stay open."
        ),
    )
    rule = models.CharField(_("about"), max_length=20, choices=Rule)
    flag_code = models.SlugField(_("flag"), max_length=40, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITY_CHOICES)
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.OPEN)
    findings = models.JSONField(_("findings"), default=list)
    chain = models.JSONField(_("escalation chain"), default=list)
    chain_position = models.PositiveSmallIntegerField(_("step of the chain"), default=0)
    raised_at = models.DateTimeField(_("raised"))
    repeat_at = models.DateTimeField(_("reminder due"), null=True, blank=True)
    escalate_at = models.DateTimeField(_("escalation due"), null=True, blank=True)
    lapses_at = models.DateTimeField(_("acknowledgement or snooze ends"), null=True, blank=True)
    silenced_until = models.DateTimeField(_("silenced until"), null=True, blank=True)
    next_step_at = models.DateTimeField(
        _("next step"), null=True, blank=True, help_text=_("The earliest of the four times above.")
    )
    exhausted_at = models.DateTimeField(
        _("nobody left on the contact list"),
        null=True,
        blank=True,
        help_text=_("Nobody on the contact list answered."),
    )
    is_quiet = models.BooleanField(
        _("in the daily list only"),
        default=False,
        help_text=_(
            "Found in a late entry, an import or a correction. It is listed, and nobody is emailed at once."
        ),
    )
    acknowledged_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acknowledged by")
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause, blank=True)
    predecessor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name=_("follows")
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "course", "rule", "flag_code", "came_from"],
                condition=~Q(state="resolved"),
                nulls_distinct=False,
                name="courses_alert_one_unresolved_per_matter",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False, next_step_at=None) & ~Q(outcome="")
                | ~Q(state="resolved") & Q(resolved_at=None, next_step_at__isnull=False, outcome=""),
                name="courses_alert_resolved_or_has_a_next_step",
            ),
            models.CheckConstraint(
                condition=Q(state="acknowledged", acknowledged_at__isnull=False) | ~Q(state="acknowledged"),
                name="courses_alert_acknowledged_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(rule="red_flag") & ~Q(flag_code="")) | (~Q(rule="red_flag") & Q(flag_code="")),
                name="courses_alert_flag_alert_names_its_flag",
            ),
            models.CheckConstraint(
                condition=~Q(rule="red_flag") | ~Q(state="snoozed"),
                name="courses_alert_red_flag_never_snoozed",
            ),
            models.CheckConstraint(
                condition=~Q(rule="red_flag") | Q(silenced_until=None),
                name="courses_alert_red_flag_never_silenced",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=[one.value for one in Severity]), name="courses_alert_known_severity"
            ),
        ]
        indexes = [
            models.Index(fields=["next_step_at"], condition=~Q(state="resolved"), name="courses_alert_next_step"),
            models.Index(fields=["clinic", "state", "-raised_at"], name="courses_alert_inbox"),
            models.Index(fields=["course", "-raised_at"], name="courses_alert_by_course"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} #{self.pk}"

    @property
    def is_red_flag(self) -> bool:
        """Whether a red flag raised it."""
        return self.rule == self.Rule.RED_FLAG

    @property
    def is_resolved(self) -> bool:
        """Whether the alert is closed."""
        return self.state == self.State.RESOLVED


class AlertEvent(models.Model):
    """One thing that happened to an alert. The database refuses to change or delete it."""

    class Kind(models.TextChoices):
        """What happened."""

        RAISED = "raised", _("raised")
        REPORTED_AGAIN = "reported_again", _("reported again")
        FINDING_ADDED = "finding_added", _("further finding")
        SEVERITY_RAISED = "severity_raised", _("more severe")
        QUEUED = "queued", _("email queued")
        SENT = "sent", _("email accepted")
        NOT_SENT = "not_sent", _("email not needed")
        UNDELIVERABLE = "undeliverable", _("nobody reached")
        UNKNOWN = "unknown", _("sent or not: unknown")
        POSTED = "posted", _("webhook accepted")
        NOT_POSTED = "not_posted", _("webhook refused")
        REPEATED = "repeated", _("reminder")
        ESCALATED = "escalated", _("escalated")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        LAPSED = "lapsed", _("acknowledgement expired")
        SNOOZED = "snoozed", _("snoozed")
        SILENCED = "silenced", _("silenced")
        UNSILENCED = "unsilenced", _("silence over")
        REOPENED = "reopened", _("open again")
        FLAPPING = "flapping", _("opens again and again")
        EXHAUSTED = "exhausted", _("nobody left on the contact list")
        LEVEL_LOWERED = "level_lowered", _("level lowered")
        REARMED = "rearmed", _("reminders restarted")
        RESOLVED = "resolved", _("resolved")
        NOTED = "noted", _("note")
        CORRECTED = "corrected", _("entry corrected")
        WITHDRAWN = "withdrawn", _("report withdrawn: entered by mistake")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="events", verbose_name=_("alert"))
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    happened_at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    old_state = models.CharField(_("from"), max_length=14, choices=Alert.State, blank=True)
    new_state = models.CharField(_("to"), max_length=14, choices=Alert.State)
    report = models.ForeignKey(
        RedFlagReport, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("report")
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    objects = ClinicScopedQuerySet["AlertEvent"].as_manager()

    class Meta:
        verbose_name = _("alert event")
        verbose_name_plural = _("alert events")
        ordering = ["happened_at", "pk"]
        indexes = [models.Index(fields=["alert", "happened_at"], name="courses_alertevent_history")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_moment(timezone.localtime(self.happened_at))}"
