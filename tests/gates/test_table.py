"""Every view that accepts a red flag, through every gate: the flag is saved and sent, whatever is refused."""

from __future__ import annotations

import ast
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from clinic.models import Membership, Role
from clinic.spool import read
from courses.checkins import spooled_answers, storing
from courses.models import CheckIn, Correction, Course, PainScore, RedFlag, RedFlagReport
from courses.reminders.links import check_in_path
from courses.sessions.red_flags.fields import RedFlagFields
from patients.models import Patient
from tests.gates.forms import VIEWS, FlagView, World

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
WRITTEN, SPOOLED, TYPED_KEPT, NOTHING = (
    "written",
    "on disk, written once",
    "refused, typed kept",
    "nothing written",
)
Gate = Callable[[FlagView, World, pytest.MonkeyPatch], str]


def send(view: FlagView, world: World, values: dict) -> str:
    """One press of the button; the result for the flag."""
    response = world.client.post(view.url(world), values)
    codes = {code for code, _source in world.reports()}
    ticked = {name.removeprefix("flag_") for name in values if name.startswith("flag_")}
    if ticked <= codes:
        assert all(world.is_told(code) for code in ticked)
        assert {source for code, source in world.reports() if code in ticked} == {view.source}
        return WRITTEN
    page = response.content.decode()
    if all(f'name="flag_{code}"' in page and "checked" in page for code in ticked):
        return TYPED_KEPT
    return NOTHING


def none(view, world, _patch):
    return send(view, world, view.flagged(world))


def second_send(view, world, _patch):
    """The very same twice: one report, and the second response shows the instruction like the first."""
    values = view.flagged(world)
    assert send(view, world, values) == WRITTEN
    n_reports = RedFlagReport.objects.count()
    outcome = send(view, world, values)
    assert RedFlagReport.objects.count() == n_reports
    return outcome


def second_send_flag_added(view, world, _patch):
    """Saved without a flag; the response was lost; sent again with one."""
    world.client.post(view.url(world), view.plain(world))
    assert not world.reports()
    return send(view, world, view.flagged(world))


def invalid_neighbour(view, world, _patch):
    values = view.flagged(world)
    name, nonsense = view.neighbour
    if name.endswith("*"):
        name = next(one for one in values if one.startswith(name[:-1]))
    return send(view, world, {**values, name: nonsense})


def none_beside_a_flag(view, world, _patch):
    """A flag ticked, then “none of these” by its key or without the script that unticks one of the two."""
    return send(view, world, {**view.flagged(world), "no_red_flag": "on"})


def no_form_key(view, world, _patch):
    return send(view, world, {**view.flagged(world), view.key_name: "x"})


def stale_page(view, world, _patch):
    """Somebody else saved while the form was open."""
    values = view.flagged(world)
    session = world.session
    Correction.objects.create(
        clinic=session.clinic,
        session=session,
        field="note",
        before="",
        after="x",
        reason="x",
        corrected_by=world.member,
        corrected_at=world.at,
    )
    if view.name == "session form":
        values["seen_number"] = "1"
    return send(view, world, values)


def right_withdrawn(view, world, _patch):
    values = view.flagged(world)
    Membership.objects.filter(pk=world.member.pk).update(role=Role.FRONT_DESK)
    return send(view, world, values)


def member_deactivated(view, world, _patch):
    values = view.flagged(world)
    Membership.objects.filter(pk=world.member.pk).update(deactivated_at=world.at - timedelta(minutes=1))
    return send(view, world, values)


def account_closed(view, world, _patch):
    values = view.flagged(world)
    world.member.user.is_active = False
    world.member.user.save()
    return send(view, world, values)


def session_expired(view, world, _patch):
    """Nothing is written without a sign-in; what was ticked is carried along and is in the form afterwards."""
    values = view.flagged(world)
    world.client.logout()
    answer = world.client.post(view.url(world), values)
    carried = dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)"', answer.content.decode()))
    ticked = {name: value for name, value in values.items() if name.startswith("flag_")}
    assert ticked.items() <= carried.items()
    world.sign_in()
    return _back_as_typed(view, world, carried)


def token_changed(view, world, _patch):
    """Somebody signed in in another tab: the form's CSRF token is from before."""
    return _back_as_typed(view, world, {**view.flagged(world), "csrfmiddlewaretoken": "Q" * 64})


def _back_as_typed(view, world, values):
    """The form is shown again with the flag ticked, as not sent yet; sent again, it is accepted."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = world.client.cookies
    page = strict.post(view.url(world), values, headers={"sec-fetch-site": "same-origin"}).content.decode()
    assert "Not sent yet" in page
    for name in (name for name in values if name.startswith("flag_")):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*checked|<input[^>]*checked[^>]*name="{name}"', page), name
    assert not world.reports()
    assert send(view, world, view.flagged(world)) == WRITTEN
    return TYPED_KEPT


def course_closed(view, world, _patch):
    values = view.flagged(world)
    Course.objects.update(status=Course.Status.COMPLETED, ended_on=world.at.date())
    return send(view, world, values)


def course_on_hold(view, world, _patch):
    values = view.flagged(world)
    Course.objects.update(status=Course.Status.ON_HOLD, hold_reason="x")
    return send(view, world, values)


def patient_archived(view, world, _patch):
    values = view.flagged(world)
    Patient.objects.update(archived_at=world.at)
    return send(view, world, values)


def rest_fails(view, world, patch):
    """An error in everything after the flags."""
    values = view.flagged(world)
    for path in BEHIND[view.name]:
        patch.setattr(path, _fail)
    world.client.raise_request_exception = False
    return send(view, world, values)


def _fail(*_args, **_kwargs):
    raise RuntimeError


BEHIND = {
    "session form": ["courses.sessions.log.write_session"],
    "correction form": ["courses.admin.visit.correct_view.correct_session"],
    "phone report": [],
    "intake": ["courses.admin.person.intake.record_step"],
    "check-in": ["courses.sessions.check_in_answers._take_score"],
}


def other_button(view, world, _patch):
    """A button of the form that is not its "save": back, or later."""
    return send(view, world, {**view.flagged(world), "go": "later"})


def link_used(view, world, _patch):
    world.client.post(view.url(world), view.plain(world))
    world.key = str(uuid.uuid4())
    return send(view, world, view.flagged(world))


def link_expired(view, world, patch):
    patch.setattr(timezone, "now", lambda: world.check_in.expires_at + timedelta(days=30))
    return send(view, world, view.flagged(world))


def link_revoked(view, world, _patch):
    CheckIn.objects.update(revoked_at=world.at)
    return send(view, world, view.flagged(world))


def link_forged(view, world, patch):
    """Nothing is written, and the page says how to get help."""
    path = check_in_path(world.check_in)
    response = world.client.post(path[:-4] + "x/", view.flagged(world))
    assert response.status_code == 404
    assert "Call" in response.content.decode()
    assert not world.reports()
    return NOTHING


def database_away(view, world, patch):
    """Stored on disk; taken in once when the database is back."""

    def gone(*_args, **_kwargs):
        raise OperationalError("gone")

    with pytest.MonkeyPatch.context() as away:
        away.setattr(storing, "row_of_link", gone)
        page = world.client.post(view.url(world), view.flagged(world))
    assert world.course.clinic.emergency_wording in page.content.decode()
    [path] = spooled_answers.SPOOL.waiting()
    assert read(path)["said"] == {view.flag: ""}
    assert [spooled_answers.replay_answers(at=world.at) for _pass in range(2)] == [1, 0]
    assert send(view, world, view.flagged(world)) == WRITTEN
    assert RedFlagReport.objects.count() == 1
    return SPOOLED


def new_version_meanwhile(view, world, _patch):
    """Somebody made a new version while the form was open: reported under the words that were read.

    Of the two levels the more urgent one counts, here the one of the version shown.
    """
    if view.is_for_staff:
        world.sign_in()
    page = BeautifulSoup(world.client.get(view.url(world)).content, "html.parser")
    asked = page.select_one("input[name=asked_flags]")["value"]
    shown = RedFlag.objects.for_clinic(world.course.clinic).current().get(code=view.flag)
    assert f"{shown.code}.{shown.version}" in asked.split()
    newer = _new_version(shown, level="C")
    assert send(view, world, {**view.flagged(world), "asked_flags": asked}) == WRITTEN
    report = RedFlagReport.objects.get(flag__code=view.flag)
    assert (report.flag, report.level) == (shown, shown.level)
    # A page that is opened now shows the new words.
    assert newer.wording in BeautifulSoup(world.client.get(_fresh(view, world)).content, "html.parser").get_text()
    return WRITTEN


def _new_version(flag, *, level):
    """Written as two people would have made it."""
    RedFlag.objects.filter(pk=flag.pk).update(replaced_at=timezone.now())
    values = {name: getattr(flag, name) for name in ("clinic", "code", "topic", "asked", "position", "source")}
    answers = [{**one, "level": level} for one in flag.follow_up_levels]
    return RedFlag.objects.create(
        **values,
        version=flag.version + 1,
        wording=f"Reworded: {flag.code}",
        level=level,
        follow_up=flag.follow_up,
        follow_up_levels=answers,
    )


def _fresh(view, world):
    """Where the same list is asked of somebody else by now."""
    if view.name == "check-in":
        return f"{view.url(world)}?again=1"
    return view.url(world)


STAFF = "staff"
PATIENT = "patient"
EVERY = "every"
GATES: dict[str, tuple[str, Gate]] = {
    "no gate": (EVERY, none),
    "second send": (EVERY, second_send),
    "second send, flag added": (EVERY, second_send_flag_added),
    "invalid neighbour field": (EVERY, invalid_neighbour),
    "none of these as well": (EVERY, none_beside_a_flag),
    "no form key": (EVERY, no_form_key),
    "stale page": (EVERY, stale_page),
    "new version of the flag": (EVERY, new_version_meanwhile),
    "right withdrawn": (STAFF, right_withdrawn),
    "member deactivated": (STAFF, member_deactivated),
    "account closed": (STAFF, account_closed),
    "session expired": (STAFF, session_expired),
    "CSRF token changed": (STAFF, token_changed),
    "course closed": (EVERY, course_closed),
    "course on hold": (EVERY, course_on_hold),
    "patient archived": (EVERY, patient_archived),
    "the rest fails": (EVERY, rest_fails),
    "another button": (EVERY, other_button),
    "link used": (PATIENT, link_used),
    "link expired": (PATIENT, link_expired),
    "link revoked": (PATIENT, link_revoked),
    "link forged": (PATIENT, link_forged),
    "database away": (PATIENT, database_away),
}
# No known person could have reported it: it stays in the form, and is sent by one more press.
KEPT = {(view.name, gate): TYPED_KEPT for view in VIEWS for gate in ("session expired", "CSRF token changed")}
EXPECTED = {**KEPT, ("check-in", "link forged"): NOTHING, ("check-in", "database away"): SPOOLED}
# A second send of a report without a flag: the first one was never accepted.
TABLE = [
    (view, gate)
    for view in VIEWS
    for gate, (who, _act) in GATES.items()
    if who in {EVERY, STAFF if view.is_for_staff else PATIENT}
]


@pytest.mark.parametrize(("view", "gate"), TABLE, ids=[f"{view.name}-{gate}" for view, gate in TABLE])
def test_flag_is_written_whatever_the_gate(view, gate, world, monkeypatch, record_property):
    if view.is_for_staff:
        world.sign_in()
    outcome = GATES[gate][1](view, world, monkeypatch)
    record_property("gate", f"{view.name} x {gate}: {outcome}")
    assert outcome == EXPECTED.get((view.name, gate), WRITTEN)


def test_table_is_printed(capsys):
    """Views by gates, according to the tests above."""
    wide = max(len(gate) for gate in GATES)
    with capsys.disabled():
        print(f"\n{'':{wide}}  " + "  ".join(f"{view.name:>21}" for view in VIEWS))
        for gate in GATES:
            cells = [EXPECTED.get((view.name, gate), WRITTEN) if (view, gate) in TABLE else "-" for view in VIEWS]
            print(f"{gate:{wide}}  " + "  ".join(f"{cell:>21}" for cell in cells))


def test_every_form_with_red_flags_is_in_the_table():
    forms = {one.__name__ for one in _subclasses(RedFlagFields)}
    assert {view.form for view in VIEWS} == forms


def test_every_view_that_reads_such_a_form_is_in_the_table():
    """A module of screens or of a slice's views that builds one of the forms from what was sent."""
    names = {view.form for view in VIEWS}
    found = set()
    for path in (ROOT / "courses").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not (module.startswith("courses.admin.") or module.endswith(".views")):
            continue
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        if names & {call.id for call in calls if isinstance(call, ast.Name)}:
            found.add(module)
    assert found == {view.module for view in VIEWS}


def test_reports_are_written_by_one_function_alone():
    """Only `accept_flags` writes reports; the demo and the tests use it too."""
    writers = set()
    for folder in ("clinic", "patients", "courses"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            if "write_reports(" in text or "RedFlagReport.objects.create" in text:
                writers.add(path.name)
    assert writers == {"recording.py"}


def test_every_gate_view_leaves_the_score_of_a_closed_link_alone(world):
    CheckIn.objects.update(revoked_at=world.at)
    page = world.client.post(check_in_path(world.check_in), {"score": "9", "flag_cardiac": "on"})
    assert not PainScore.objects.filter(check_in=world.check_in).exists()
    assert "Your pain score was not saved" in page.content.decode()
    assert world.course.clinic.emergency_wording in page.content.decode()


def test_stranger_writes_nothing(world, stranger):
    """Somebody who never worked in this clinic."""
    world.client.force_login(stranger.user, backend="clinic.account.sign_in.MembershipBackend")
    view = next(view for view in VIEWS if view.name == "phone report")
    assert world.client.post(view.url(world), view.flagged(world)).status_code == 404
    assert not world.reports()


def test_member_who_left_earlier_writes_nothing(world):
    world.sign_in()
    Membership.objects.filter(pk=world.member.pk).update(deactivated_at=world.at - timedelta(days=2))
    view = next(view for view in VIEWS if view.name == "phone report")
    assert world.client.post(view.url(world), view.flagged(world)).status_code == 404
    assert not world.reports()


def _subclasses(one: type) -> set[type]:
    found = {sub for sub in one.__subclasses__() if sub.__module__.startswith("courses.")}
    return found.union(*(_subclasses(sub) for sub in found))
