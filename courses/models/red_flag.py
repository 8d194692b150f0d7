"""Red flags: what is asked, and what was answered yes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.check_in import CheckIn
from courses.models.course import Course
from courses.models.session import Session
from courses.rules.facts import Severity
from patients.models import Patient

# The question about severe pain, and its answer that changes the words of the report.
SEVERE_PAIN, USUAL = "severe_pain", "usual"


class Level(models.TextChoices):
    """How fast somebody must act."""

    E0 = Severity.E0.value, _("E0: emergency, now")
    E1 = Severity.E1.value, _("E1: doctor today")
    E2 = Severity.E2.value, _("E2: urgent referral")
    C = Severity.C.value, _("C: call back")


class RedFlagQuerySet(ClinicScopedQuerySet["RedFlag"]):
    """The list of red flags."""

    def current(self) -> Self:
        """The current wording."""
        return self.filter(replaced_at=None)


class RedFlag(models.Model):
    """One version of one question. A new wording is a new row; none is ever removed."""

    class Asked(models.TextChoices):
        """Who is asked."""

        ALWAYS = "always", _("at every session and check-in")
        INTAKE = "intake", _("at intake, by staff")

    class Topic(models.TextChoices):
        """The heading under which a checklist shows it."""

        NERVES = "nerves", _("Nerves and spinal cord")
        HEAD = "head", _("Head, circulation, breath")
        SITE = "site", _("Since the last treatment")
        GENERAL = "general", _("Pain and the whole person")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="red_flags", verbose_name=_("clinic"))
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    wording = models.CharField(_("wording"), max_length=300)
    level = models.CharField(
        _("level"),
        max_length=2,
        choices=Level,
        help_text=_("Without an answer to the follow-up question: the highest."),
    )
    follow_up = models.CharField(_("follow-up question"), max_length=300, blank=True)
    follow_up_levels = models.JSONField(
        _("levels by answer"),
        default=list,
        blank=True,
        help_text=_("A list of answers, each with the level it gives: [{“answer”: …, “level”: …}]."),
    )
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, default=Topic.GENERAL)
    asked = models.CharField(_("asked"), max_length=10, choices=Asked, default=Asked.ALWAYS)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=300, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True, editable=False)

    objects = RedFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("red flag")
        verbose_name_plural = _("red flags")
        ordering = ["position", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code", "version"], name="courses_redflag_version_once"),
            models.UniqueConstraint(
                fields=["clinic", "code"],
                condition=Q(replaced_at=None),
                name="courses_redflag_one_wording_in_force",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="courses_redflag_known_level"),
        ]

    def __str__(self) -> str:
        return self.wording

    def words_for(self, answer: str) -> str:
        """The words of a yes with this answer, because some answers change the meaning of the question."""
        said: dict[str, str] = next((row for row in self.follow_up_levels if row["answer"] == answer), {})
        return said.get("report") or self.wording


def said(flag_code: str, wording: str, answer: str) -> str:
    """The words of a report: the answer overrides the question. Usual pain is not pain that got worse."""
    if flag_code == SEVERE_PAIN and answer == USUAL:
        return gettext("Pain of 8 to 10: the patient's usual pain")
    return wording


class RedFlagReport(models.Model):
    """One yes, once, whoever gave it and however it arrived."""

    class Source(models.TextChoices):
        """How it arrived."""

        SESSION = "session", _("at a session")
        CHECK_IN = "check_in", _("check-in")
        PHONE = "phone", _("by phone or in person")
        IMPORTED = "imported", _("imported history")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="red_flag_reports", verbose_name=_("patient")
    )
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="red_flag_reports",
        verbose_name=_("course"),
    )
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="red_flag_reports",
        verbose_name=_("session"),
    )
    check_in = models.ForeignKey(
        CheckIn,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="red_flag_reports",
        verbose_name=_("check-in"),
    )
    flag = models.ForeignKey(RedFlag, models.PROTECT, related_name="reports", verbose_name=_("red flag"))
    answer = models.CharField(_("answer to the follow-up"), max_length=120, blank=True)
    level = models.CharField(_("level"), max_length=2, choices=Level)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    reported_at = models.DateTimeField(_("reported"))
    onset_at = models.DateTimeField(_("began"), null=True, blank=True)
    caller = models.CharField(_("who called"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))
    form_key = models.UUIDField(_("form"), help_text=_("The same form sent twice reports once."))

    objects = ClinicScopedQuerySet["RedFlagReport"].as_manager()

    class Meta:
        verbose_name = _("red flag report")
        verbose_name_plural = _("red flag reports")
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "form_key", "flag", "answer", "level"], name="courses_redflagreport_once_a_form"
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="courses_redflagreport_known_level"),
            models.CheckConstraint(
                condition=Q(source="session", session__isnull=False)
                # From a session form that was returned: the session follows when it is saved.
                | Q(source="session", recorded_by__isnull=False)
                | Q(source="check_in", check_in__isnull=False)
                | Q(source__in=["phone", "imported"], recorded_by__isnull=False),
                name="courses_redflagreport_source_is_there",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-reported_at"], name="courses_redflagreport_latest")]

    def __str__(self) -> str:
        return f"{self.level} {self.flag.code}"

    @property
    def said(self) -> str:
        """The words of the report; needs `flag` loaded."""
        return said(self.flag.code, self.flag.wording, self.answer)

    @property
    def is_entered_late(self) -> bool:
        """Whether it was reported well before it was entered."""
        return self.recorded_at - self.reported_at > timedelta(hours=12)


class RedFlagProposal(models.Model):
    """A version less urgent than the shipped one: in force only once somebody else has confirmed it."""

    class Outcome(models.TextChoices):
        """What became of it."""

        CONFIRMED = "confirmed", _("confirmed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        OVERTAKEN = "overtaken", _("another version was made meanwhile")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    based_on = models.ForeignKey(RedFlag, models.PROTECT, related_name="proposals", verbose_name=_("based on"))
    code = models.SlugField(_("code"), max_length=40)
    wording = models.CharField(_("wording"), max_length=300)
    level = models.CharField(_("level"), max_length=2, choices=Level)
    follow_up = models.CharField(_("follow-up question"), max_length=300, blank=True)
    follow_up_levels = models.JSONField(_("levels by answer"), default=list, blank=True)
    reason = models.CharField(_("why"), max_length=300)
    proposed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    made = models.OneToOneField(
        RedFlag,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("version made of it"),
    )

    objects = ClinicScopedQuerySet["RedFlagProposal"].as_manager()

    class Meta:
        verbose_name = _("proposed red flag wording")
        verbose_name_plural = _("proposed red flag wordings")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code"], condition=Q(outcome=""), name="courses_redflagproposal_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_by=None, settled_at=None)
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome="")),
                name="courses_redflagproposal_settled_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed")
                | (Q(made__isnull=False, settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
                name="courses_redflagproposal_two_people",
                violation_error_message=_("Somebody else must confirm this."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_redflagproposal_says_why"),
        ]

    def __str__(self) -> str:
        return self.wording
