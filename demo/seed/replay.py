"""Plays stories through the one write path, session by session, at their times."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from clinic.models import Clinic, Membership, Message, Role
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.models import (
    Alert,
    Appointment,
    CheckIn,
    Course,
    Needling,
    Point,
    Protocol,
    RedFlag,
    Reminder,
)
from courses.plans.lifecycle import plan_course, resume_course
from courses.sessions.entry import CheckInEntry, FlagEntry, NeedlingEntry, Particulars, SessionEntry
from courses.sessions.log import log_check_in, log_session
from courses.sessions.points.fields import usual_side
from courses.sessions.red_flags.recording import report_red_flags
from demo.seed import people
from demo.seed.looking import end_as_told, look_at, new_key
from demo.seed.stories import Story
from demo.seed.visiting import visit_times
from patients.consent_texts import text_in_force
from patients.documents import Document, DocumentKind
from patients.intake import (
    ImagingFact,
    record_assessment,
    record_consent,
    record_neuro_check,
    record_pain_type,
    record_screening,
    record_specialist_letter,
)
from patients.models import Assessment, Consent, Imaging, NeuroCheck, Patient, PatientPainType, ScreeningItem

NEEDS_CHECK = {"radiculopathy", "sympathetic"}
POINTS = ("GB20", "EX-B2 C5", "EX-B2 C6", "LI4", "SI3", "GV14", "TE5", "LI11", "EX-HN15")
VISIT = timedelta(minutes=45)
LOOK = timedelta(minutes=15)
INVENTED_LETTER = Document(DocumentKind.PDF, (Path(__file__).parent / "letter.pdf").read_bytes())


@dataclass
class Replay:
    """One clinic's stories; every random choice comes from the seed."""

    clinic: Clinic
    treaters: list[Membership]
    lead: Membership
    desk: Membership
    rng: random.Random
    at: datetime

    @classmethod
    def of(cls, clinic: Clinic, *, seed: int, at: datetime) -> Replay:
        """With the clinic's own staff."""
        members = list(Membership.objects.for_clinic(clinic).select_related("user").order_by("pk"))
        by_role = {role: member for member in reversed(members) for role in member.roles}
        treaters = [member for member in members if member.has_role(Role.PRACTITIONER)]
        lead = by_role[Role.LEAD]
        return cls(clinic, treaters, lead, by_role.get(Role.FRONT_DESK, lead), random.Random(seed), at)  # noqa: S311

    def tell(self, story: Story, *, person: int) -> Course:
        """Everything that happened to one patient."""
        treater = self.treaters[story.treater % len(self.treaters)]
        times = visit_times(story, clinic=self.clinic, at=self.at, rng=self.rng)
        first_at = times[0] if times else self.at - timedelta(days=2)
        patient = self._patient(story, person, treater, at=first_at - timedelta(days=3))
        course = plan_course(
            patient=patient,
            practitioner=treater,
            protocol=Protocol.objects.for_clinic(self.clinic).get(code=story.protocol),
            starts_on=self.clinic.local(first_at).date(),
            complaint="Neck pain",
        )
        for number, (held_at, pair) in enumerate(zip(times, story.scores, strict=True)):
            self._session(course, story, pair, treater, held_at=held_at, number=number)
            look_at(course, story, by=treater, n_held=number + 1, at=held_at + LOOK, rng=self.rng)
        self._answer_check_ins(course, story)
        self._flag(course, story, treater)
        if story.ends:
            end_as_told(course, story, by=treater, at=times[-1] + 2 * LOOK, rng=self.rng)
        elif story.visit_today is not None:
            self._book_today(course, story, treater)
        return course

    def _patient(self, story: Story, person: int, treater: Membership, *, at: datetime) -> Patient:
        given, family = people.name(person)
        patient = Patient.objects.create(
            clinic=self.clinic,
            given_name=given,
            family_name=family,
            born_on=at.date() - timedelta(days=self.rng.randrange(28 * 365, 74 * 365)),
            phone=people.phone(person),
            email=people.email(person),
        )
        day = self.clinic.local(at).date()
        if "diagnosis" not in story.lacks:
            record_assessment(
                patient=patient,
                diagnosed_by="Dr. Ilex Hornbeam",
                licence="DEMO-GMC-0001",
                diagnosed_on=day - timedelta(days=10),
                origin=Assessment.Origin.NEUROLOGICAL
                if story.pain_type in NEEDS_CHECK
                else Assessment.Origin.STRUCTURAL,
                imaging=[ImagingFact(Imaging.Kind.MRI, day - timedelta(days=12), "C5/C6", "narrowed disc space")],
                by=treater,
                at=at,
            )
        if "type" not in story.lacks:
            record_pain_type(
                patient=patient,
                code=story.pain_type,
                status=PatientPainType.Status.CONFIRMED,
                has_vertigo=story.has_vertigo,
                starts_on=day - timedelta(days=10),
                by=treater,
                at=at,
            )
        if story.pain_type == "myelopathy" and "letter" not in story.lacks:
            record_specialist_letter(
                patient=patient,
                document=INVENTED_LETTER,
                written_by="Dr. Ilex Hornbeam",
                written_on=day,
                by=treater,
                at=at,
            )
        self._papers(story, patient, treater, at=at)
        return patient

    def _papers(self, story: Story, patient: Patient, treater: Membership, *, at: datetime) -> None:
        items = list(ScreeningItem.objects.for_clinic(self.clinic).filter(effect=ScreeningItem.Effect.CAUTION))
        found = dict.fromkeys(self.rng.sample(items, k=self.rng.randrange(3)), "")
        record_screening(patient=patient, findings=found, by=treater, at=at)
        streams = [Consent.Stream.REMINDERS, Consent.Stream.CHECK_INS]
        if "consent" not in story.lacks:
            streams.append(Consent.Stream.TREATMENT)
        for stream in streams:
            record_consent(
                patient=patient,
                stream=stream,
                is_given=True,
                how=Consent.How.SIGNED,
                by=treater,
                at=at,
                shown_text=text_in_force(self.clinic),
            )
        if story.pain_type in NEEDS_CHECK:
            self._check(patient, treater, at=at)

    def _check(self, patient: Patient, treater: Membership, *, at: datetime) -> None:
        day = self.clinic.local(at).date()
        record_neuro_check(patient=patient, checked_on=day, result=NeuroCheck.Result.NORMAL, by=treater, at=at)

    def _session(
        self,
        course: Course,
        story: Story,
        pair: tuple[int, int | None],
        treater: Membership,
        *,
        held_at: datetime,
        number: int,
    ) -> None:
        before, after = pair
        is_check_due = story.pain_type in NEEDS_CHECK and number % 4 == 3 and "check" not in story.lacks
        is_needled = after is not None
        needlings = self._needlings() if is_needled else ()
        n_needles = sum(one.n_needles for one in needlings) if is_needled else None
        log_session(
            course,
            entry=SessionEntry(
                form_key=self._key(),
                held_at=held_at,
                practitioner=treater,
                supervised_by=treater.supervisor,
                is_needled=is_needled,
                before=before,
                after=after,
                neuro_check=NeuroCheck.Result.UNCHANGED if is_check_due else "",
                needlings=needlings,
                particulars=Particulars(needles_in=n_needles, needles_out=n_needles, limits_life=before),
                symptoms={"stiffness": min(before // 3, 3), "tightness": min(before // 4, 3)},
            ),
            by=treater,
            at=held_at,
        )
        alert = Alert.objects.unresolved().filter(course=course, rule=Alert.Rule.PAIN).first()
        is_last = number + 1 == len(story.scores)
        if alert and (story.is_last_alert_answered or not is_last):
            self._answer(
                alert, treater, at=held_at + timedelta(hours=3), note="Rested two days, fewer local points."
            )

    def _needlings(self) -> tuple[NeedlingEntry, ...]:
        codes = self.rng.sample(POINTS, k=self.rng.randrange(4, 7))
        rows = Point.objects.for_clinic(self.clinic).filter(code__in=codes)
        return tuple(
            NeedlingEntry(
                point=point,
                side=usual_side(point),
                depth_mm=self.rng.choice((10, 12, 15, 20)),
                stimulation=Needling.Stimulation.MANUAL,
                retention_minutes=self.rng.choice((20, 25, 30)),
            )
            for point in rows
        )

    def _answer_check_ins(self, course: Course, story: Story) -> None:
        check_ins = CheckIn.objects.filter(session__course=course).select_related("session__course", "reminder")
        answers = {CheckIn.Kind.DAY1: story.day1, CheckIn.Kind.DAY3: story.day3}
        for check_in in check_ins.order_by("reminder__due_at"):
            place, of_kind = check_in.session.number - 1, answers[CheckIn.Kind(check_in.kind)]
            score = of_kind[place] if place < len(of_kind) else None
            if score is not None:
                entry = CheckInEntry(form_key=check_in.uuid, score=score)
                log_check_in(check_in, entry=entry, at=check_in.reminder.due_at + LOOK)

    def _flag(self, course: Course, story: Story, treater: Membership) -> None:
        if not story.flag:
            return
        at = self.at - timedelta(minutes=story.flag_minutes_ago)
        flag = RedFlag.objects.for_clinic(self.clinic).current().get(code=story.flag)
        report_red_flags(
            patient=course.patient,
            course=course,
            flags=[FlagEntry(flag)],
            form_key=self._key(),
            caller="the patient",
            by=self.desk,
            at=at,
        )
        if story.is_flag_answered:
            alert = Alert.objects.get(course=course, flag_code=story.flag)
            self._answer(
                alert, treater, at=at + timedelta(minutes=9), note="Seen by the GP the same day, cleared."
            )
            resume_course(course, at=at + timedelta(days=1))

    def _answer(self, alert: Alert, by: Membership, *, at: datetime, note: str) -> None:
        acknowledge(alert, by=by, at=at, seen=last_news(alert), way="admin")
        outcome = Alert.Outcome.REFERRED if alert.is_red_flag else Alert.Outcome.PLAN_CHANGED
        cause = "" if alert.is_red_flag else Alert.Cause.TECHNIQUE
        resolve(
            alert,
            outcome=outcome,
            cause=cause,
            note=note,
            by=by,
            seen=last_news(alert),
            at=at + timedelta(hours=1),
        )

    def _book_today(self, course: Course, story: Story, treater: Membership) -> None:
        starts_at = self.clinic.local(self.at).replace(
            hour=story.visit_today or 9, minute=0, second=0, microsecond=0
        )
        Appointment.objects.create(
            clinic=self.clinic,
            course=course,
            practitioner=treater,
            starts_at=starts_at,
            ends_at=starts_at + VISIT,
            is_for_needling=not story.lacks,
            booked_by=self.desk,
            booked_at=self.at - timedelta(days=5),
        )

    def _key(self) -> uuid.UUID:
        return new_key(self.rng)


def settle_the_past(clinic: Clinic, *, at: datetime) -> None:
    """Mark past mail as sent, so that a demo does not begin with a flood of old mail."""
    old = at - timedelta(minutes=20)
    Message.objects.for_clinic(clinic).filter(state=Message.State.PENDING, due_at__lt=old).update(
        state=Message.State.SENT, settled_at=old
    )
    Reminder.objects.for_clinic(clinic).filter(state=Reminder.State.PLANNED, due_at__lt=old).update(
        state=Reminder.State.SENT, settled_at=old
    )
