"""Every form that can report a red flag: its address, and what a browser sends."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client

from clinic.models import Membership, Message
from courses.models import Alert, CheckIn, Course, RedFlagReport, Session
from courses.reminders.links import check_in_path
from patients.models import Patient

Values = dict[str, Any]
NEW = "severe_pain"


@dataclass
class World:
    """The staff and rows of one cell of the table."""

    client: Client
    course: Course
    patient: Patient
    member: Membership
    check_in: CheckIn
    at: datetime
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def session(self) -> Session:
        """The last visit."""
        return self.course.sessions.latest("number")

    def sign_in(self) -> None:
        """The member who opens the form."""
        self.client.force_login(self.member.user, backend="clinic.account.sign_in.MembershipBackend")

    def reports(self) -> set[tuple[str, str]]:
        """Each reported flag, with its origin."""
        return set(RedFlagReport.objects.values_list("flag__code", "source"))

    def is_told(self, code: str) -> bool:
        """Whether the flag has an open alert and a waiting mail."""
        alert = Alert.objects.unresolved().filter(flag_code=code).first()
        events = alert.events.values("pk") if alert else []
        return bool(alert) and Message.objects.filter(kind="staff_alert", subject_id__in=events).exists()


@dataclass(frozen=True)
class FlagView:
    """One view that accepts red flags."""

    name: str
    # The class of its form, and the module of the view that reads it.
    form: str
    module: str
    url: Callable[[World], str]
    values: Callable[[World], Values]
    source: str
    flag: str = "cardiac"
    is_for_staff: bool = True
    key_name: str = "form_key"
    # A field of the same form, and what makes it invalid.
    neighbour: tuple[str, str] = ("", "")

    def plain(self, world: World) -> Values:
        """The form filled in, no flag ticked."""
        return {self.key_name: world.key, **self.values(world)}

    def flagged(self, world: World, flag: str = "") -> Values:
        """The same with a flag ticked."""
        values = {name: value for name, value in self.plain(world).items() if name != "no_red_flag"}
        return {**values, f"flag_{flag or self.flag}": "on"}


def _session(world: World) -> Values:
    return {
        "held_at": world.course.clinic.local(world.at).strftime("%Y-%m-%dT%H:%M"),
        "practitioner": world.member.pk,
        "before": "5",
        "after": "4",
        "is_needled": "no",
        "no_red_flag": "on",
        "seen_number": world.session.number,
        "needling-TOTAL_FORMS": "0",
        "needling-INITIAL_FORMS": "0",
    }


def _correction(world: World) -> Values:
    """As the page sends it, with another score."""
    world.sign_in()
    page = world.client.get(f"/admin/courses/session/{world.session.pk}/correct/")
    values: Values = {}
    for one in (page.context["form"], *page.context["rows"]):
        for bound in one:
            value = bound.value()
            if value not in (None, False, "", []) and bound.name != "form_key":
                values[bound.html_name] = getattr(value, "pk", value)
    session = world.session
    values["held_at"] = session.clinic.local(session.held_at).strftime("%Y-%m-%dT%H:%M")
    return {**values, "reason": "read the wrong line", "score_after": "9"}


def _intake(world: World) -> Values:
    """Every group of the screening answered with none."""
    world.sign_in()
    page = world.client.get(f"/admin/patients/patient/{world.patient.pk}/intake/screening/").content.decode()
    names = set(re.findall(r'name="(none?_[a-z_]+)"', page)) - {"no_red_flag"}
    return {**dict.fromkeys(names, "on"), "no_red_flag": "on"}


VIEWS = [
    FlagView(
        name="session form",
        form="SessionForm",
        module="courses.admin.visit.log_view",
        url=lambda world: f"/admin/courses/course/{world.course.pk}/log/",
        values=_session,
        source="session",
        neighbour=("before", "eleven"),
    ),
    FlagView(
        name="correction form",
        form="CorrectionForm",
        module="courses.admin.visit.correct_view",
        url=lambda world: f"/admin/courses/session/{world.session.pk}/correct/",
        values=_correction,
        source="session",
        flag=NEW,
        neighbour=("score_after", "eleven"),
    ),
    FlagView(
        name="phone report",
        form="RedFlagReportForm",
        module="courses.admin.person.patient",
        url=lambda world: f"/admin/patients/patient/{world.patient.pk}/red-flag/",
        values=lambda _world: {"caller": "the patient", "note": ""},
        source="phone",
        neighbour=("onset_at", "the day before yesterday"),
    ),
    FlagView(
        name="intake",
        form="IntakeFlagsForm",
        module="courses.admin.person.intake",
        url=lambda world: f"/admin/patients/patient/{world.patient.pk}/intake/screening/",
        values=_intake,
        source="phone",
        key_name="flags_key",
        neighbour=("none_*", ""),
    ),
    FlagView(
        name="check-in",
        form="CheckInForm",
        module="courses.checkins.views",
        url=lambda world: check_in_path(world.check_in),
        values=lambda _world: {"score": "4", "no_red_flag": "on"},
        source="check_in",
        is_for_staff=False,
        neighbour=("score", "eleven"),
    ),
]
