"""A corrected visit is judged as if it had been logged that way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import Membership, Message
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedNeedling, CorrectedSession, version_of
from courses.corrections.wording import correction_words
from courses.models import Alert, Correction, Course, Needling, Point, Session
from courses.plans.overriding import give_override
from courses.sessions.entry import NeedlingEntry
from courses.sessions.log import log_session
from patients.intake import record_screening
from patients.models import Consent, ScreeningItem
from tests.factories import entry, flag, log_visit, refuse_consent

pytestmark = pytest.mark.django_db

FINDINGS = ["pregnancy", "pacemaker", "clotting_disorder", "heart_valve", "smoker"]
HOUR = timedelta(hours=1)
CODES = ["LI4", "GB21", "SI3", "GV14"]


@contextmanager
def forgotten() -> Iterator[None]:
    """Everything written inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


NEEDLES = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from([*CODES, ""]),
            "depth_mm": st.none() | st.integers(0, 40),
            "stimulation": st.sampled_from(Needling.Stimulation.values),
        }
    ),
    max_size=3,
)
VISITS = st.fixed_dictionaries({"is_needled": st.booleans(), "needles": NEEDLES, "flags": st.booleans()})


def needlings(visit: dict[str, Any], points: dict[str, Point]) -> tuple[NeedlingEntry, ...]:
    return tuple(
        NeedlingEntry(
            point=points.get(one["code"]),
            side=Needling.Side.BOTH,
            ashi_site="" if one["code"] else "left trapezius",
            depth_mm=one["depth_mm"],
            stimulation=Needling.Stimulation(one["stimulation"]),
        )
        for one in (visit["needles"] if visit["is_needled"] else ())
    )


def found(session: Session) -> tuple[Any, ...]:
    """Stored clearance, breach and its finding."""
    session.refresh_from_db()
    alert = Alert.objects.unresolved().filter(course=session.course, rule=Alert.Rule.UNCLEARED).first()
    rows = [row for row in alert.findings if row["evidence"]["session"] == session.number] if alert else []
    return session.clearance, session.is_uncleared, rows[-1:] if session.is_uncleared else []


@pytest.fixture
def points(course):
    return {point.code: point for point in Point.objects.for_clinic(course.clinic)}


@pytest.fixture
def log(course, practitioner, points, at):
    """Log a visit, even with a breach."""

    def do(visit: dict[str, Any], **values: Any) -> Session:
        told = (flag(course.clinic, "trauma"),) if visit.get("flags") else ()
        values = {
            "needlings": needlings(visit, points),
            "flags": told,
            "uncleared_reason": "it took place",
            **values,
        }
        one = entry(at, by=practitioner, **{"is_needled": visit["is_needled"], **values})
        return log_session(Course.objects.get(pk=course.pk), entry=one, by=practitioner, at=at).session

    return do


@pytest.fixture
def correct(practitioner, points, at):
    """Turn a session into another visit, line by line as the form does."""

    def do(session: Session, visit: dict[str, Any], **values: Any) -> list[Correction]:
        saved, wanted = list(session.needlings.order_by("pk")), needlings(visit, points)
        corrected_rows = [CorrectedNeedling(row, as_values(one)) for row, one in zip(saved, wanted, strict=False)]
        corrected_rows += [CorrectedNeedling(row, None) for row in saved[len(wanted) :]]
        corrected_rows += [CorrectedNeedling(None, as_values(one)) for one in wanted[len(saved) :]]
        values = {"held_at": session.held_at, "is_needled": visit["is_needled"], "note": session.note, **values}
        corrected = CorrectedSession(
            version_of(session), "read the wrong line", needlings=tuple(corrected_rows), **values
        )
        return correct_session(session, wanted=corrected, by=practitioner, at=at + timedelta(minutes=1))

    return do


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(x=VISITS, y=VISITS, findings=st.sets(st.sampled_from(FINDINGS)), is_refused=st.booleans())
def test_corrected_is_judged_as_logged(course, practitioner, lead, at, log, correct, x, y, findings, is_refused):
    with forgotten():
        screen(course, findings, by=practitioner, at=at - HOUR)
        if is_refused:
            refuse_consent(course.patient, Consent.Stream.TREATMENT, by=lead, at=at - HOUR)
        with forgotten():
            as_logged = found(log(x))
        session = log(y)
        n_mails = Message.objects.count()
        if y["is_needled"] or x["is_needled"]:
            with suppress_nothing_changed():
                correct(session, x)
        assert found(session) == as_logged
        assert Message.objects.count() <= n_mails, "a correction pages nobody"


@contextmanager
def suppress_nothing_changed() -> Iterator[None]:
    """The same visit again is no correction."""
    try:
        yield
    except ValidationError as error:
        assert error.messages == ["Nothing was changed."]


def screen(course: Course, findings: Iterable[str], *, by: Membership, at: datetime) -> None:
    items = {ScreeningItem.objects.get(clinic=course.clinic, code=code): "" for code in findings}
    record_screening(patient=course.patient, findings=items, by=by, at=at)


def as_values(one: NeedlingEntry) -> dict[str, Any]:
    """A needle as the correction form gives it."""
    names = ("point", "unlisted", "ashi_site", "side", "depth_mm", "stimulation")
    return {name: getattr(one, name) for name in names}


NOT_NEEDLED = {"is_needled": False, "needles": []}
SHALLOW = {"is_needled": True, "needles": [{"code": "SI3", "depth_mm": 5, "stimulation": "manual"}]}
FORBIDDEN = {
    "depth": ("clotting_disorder", {"code": "SI3", "depth_mm": 30, "stimulation": "manual"}),
    "point": ("pregnancy", {"code": "LI4", "depth_mm": 5, "stimulation": "manual"}),
    "modality": ("pacemaker", {"code": "SI3", "depth_mm": 5, "stimulation": "electrical"}),
    "needle that stays": ("heart_valve", {"code": "SI3", "depth_mm": 5, "stimulation": "press_needle"}),
}


@pytest.mark.parametrize(("finding", "needle"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden_needle_corrected_in_is_a_breach(course, practitioner, at, log, correct, finding, needle):
    screen(course, [finding], by=practitioner, at=at - HOUR)
    session = log(SHALLOW)
    assert not Alert.objects.exists()
    correct(session, {"is_needled": True, "needles": [needle]})
    session.refresh_from_db()
    assert (session.uncleared_reason, len(session.clearance["forbidden"])) == ("read the wrong line", 1)
    assert Alert.objects.get(rule="uncleared").is_quiet


def test_second_breach_of_a_session_is_added_to_the_first(course, practitioner, at, log, correct):
    screen(course, ["pregnancy", "pacemaker"], by=practitioner, at=at - HOUR)
    session = log({"is_needled": True, "needles": [{"code": "LI4", "depth_mm": 5, "stimulation": "manual"}]})
    correct(
        session, {"is_needled": True, "needles": [{"code": "LI4", "depth_mm": 5, "stimulation": "electrical"}]}
    )
    because = [row["evidence"]["because"] for row in Alert.objects.get(rule="uncleared").findings]
    assert because == ["pregnancy (LI4 Hegu)", "electro (LI4 Hegu), pregnancy (LI4 Hegu)"]
    session.refresh_from_db()
    assert session.uncleared_reason == "it took place"


def test_breach_that_was_a_typing_error_goes_and_stays_on_file(course, practitioner, at, log, correct):
    screen(course, ["clotting_disorder"], by=practitioner, at=at - HOUR)
    session = log({"is_needled": True, "needles": [{"code": "SI3", "depth_mm": 60, "stimulation": "manual"}]})
    kept = correct(session, SHALLOW)
    session.refresh_from_db()
    assert (session.is_uncleared, session.clearance["forbidden"]) == (False, [])
    assert {row.field for row in kept} == {"needlings", "clearance", "uncleared_reason"}
    alert = Alert.objects.get(rule="uncleared")
    assert (alert.state, alert.outcome) == ("resolved", "data_corrected")
    (act,) = correction_words(kept, clinic=session.clinic)
    assert ("against the clearance", "deep (SI3 Houxi)", "nothing") in act.lines


def test_verdict_is_the_one_of_the_visit_and_not_of_today(course, lead, at, log, correct):
    session = log(NOT_NEEDLED)
    refuse_consent(course.patient, Consent.Stream.TREATMENT, by=lead, at=at)
    correct(session, SHALLOW)
    session.refresh_from_db()
    assert (session.is_uncleared, session.clearance["verdict"]) == (False, "clear")


def test_visit_kept_before_limits_were_is_judged_by_those_of_today(course, practitioner, at, log, correct):
    session = log(NOT_NEEDLED)
    Session.objects.update(clearance={"verdict": "clear", "reasons": [], "set_aside": [], "forbidden": []})
    screen(course, ["pregnancy"], by=practitioner, at=at)
    session.refresh_from_db()
    correct(session, {"is_needled": True, "needles": [FORBIDDEN["point"][1]]})
    session.refresh_from_db()
    assert session.is_uncleared


class TestOverride:
    @pytest.fixture
    def allowed(self, course, practitioner, lead, at):
        """Contraindicated, with an override for one session today."""
        screen(course, ["undiagnosed_illness"], by=practitioner, at=at - HOUR)
        return give_override(course, reason="seen together", valid_on=at.date(), by=lead, at=at - HOUR)

    def test_is_used_up_by_a_session_corrected_to_needled(self, allowed, log, correct):
        session = log(NOT_NEEDLED)
        correct(session, SHALLOW)
        allowed.refresh_from_db()
        session.refresh_from_db()
        assert (allowed.session, session.is_uncleared) == (session, False)

    def test_used_up_by_another_session_clears_no_second_one(self, allowed, log, correct, course, at):
        talk = log(NOT_NEEDLED)
        log_visit(course, at + timedelta(seconds=1), at=at + timedelta(seconds=1))
        correct(talk, SHALLOW)
        talk.refresh_from_db()
        assert (talk.is_uncleared, talk.clearance["reasons"]) == (True, ["contraindicated"])


def test_points_and_no_needles_are_not_saved_together(log, correct):
    session = log(SHALLOW)
    with pytest.raises(ValidationError, match="Points are listed"):
        correct(session, {"is_needled": True, "needles": SHALLOW["needles"]}, is_needled=False)
    with pytest.raises(ValidationError, match="Points are listed"):
        log({**NOT_NEEDLED}, needlings=needlings(SHALLOW, {}), is_needled=False)
