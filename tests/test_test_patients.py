"""A test patient: made by a lead or a manager, marked everywhere, counted in no figure; nobody is emailed."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from html import unescape
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.module_loading import import_string

from clinic.models import Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.steps import sweep
from courses.dashboards.board import board
from courses.dry_runs.pain_rules import try_bounds
from courses.models import Appointment, CheckIn, Digest, Reminder
from courses.plans.booking import book_appointment
from courses.plans.handing_over import hand_over
from courses.priors.budget import dry_run
from courses.priors.evidence import Evidence
from courses.reminders.links import check_in_path
from courses.reminders.planning import plan_reminders
from courses.watching.digest import contents_for, make_digests
from courses.watching.findings import watch_courses
from patients.counting import counted, path_to_patient
from patients.models import Patient
from tests.factories import CourseFactory, as_test_patients, cleared_patient, flag, log_run, log_visit
from tests.test_birth_date_beside_name import ABOUT_A_PATIENT, LISTS, NO_PAGES
from tests.test_tenancy import ALL, LEADING, TABLE, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[1]
DAY = timedelta(days=1)
SENTENCES = ("Test patient: no alerts or emails are sent", "Test patient: nobody is alerted.")


@pytest.fixture
def practice(rows, signed_in, cast):  # noqa: F811
    """Every patient of the clinic is a test patient; sign a member of staff in."""
    as_test_patients(Patient.objects.for_clinic(rows["clinic"]))
    return lambda role: signed_in(cast[role])


class TestMaking:
    VALUES = {
        "given_name": "Tess",
        "family_name": "Trial",
        "born_on": "unknown",
        "language": "en",
        "is_training": "on",
    }

    @pytest.mark.parametrize("role", sorted(ALL))
    def test_is_for_leads_and_managers(self, signed_in, cast, role):  # noqa: F811
        client, url = signed_in(cast[role]), reverse("admin:patients_patient_add")
        assert ('name="is_training"' in client.get(url).content.decode()) is (role in LEADING)
        client.post(url, self.VALUES)
        assert Patient.objects.get(family_name="Trial").is_training is (role in LEADING)

    @pytest.mark.parametrize("role", sorted(ALL))
    @pytest.mark.parametrize("name", ["patients_patient_change", "patients_patient_intake_step"])
    def test_is_never_done_to_a_record_on_file(self, signed_in, cast, patient, role, name):  # noqa: F811
        args = [patient.pk] if name.endswith("change") else [patient.pk, "person"]
        client, url = signed_in(cast[role]), reverse(f"admin:{name}", args=args)
        assert 'name="is_training"' not in client.get(url).content.decode()
        client.post(url, {**self.VALUES, "reason": "misspelt", "_opened": ""})
        patient.refresh_from_db()
        assert not patient.is_training

    @pytest.mark.parametrize("was", [True, False])
    def test_the_database_refuses_to_switch(self, clinic, practitioner, at, refused, was):
        made = cleared_patient(clinic, by=practitioner, at=at, is_training=was)
        with refused("is set when it is made"):
            Patient.objects.filter(pk=made.pk).update(is_training=not was)


def words_of(page: str) -> str:
    """The text of a page."""
    page = re.sub(r"<(script|style|title)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def unmarked(page: str, name: str) -> list[str]:
    """Where a name is shown without the mark behind it."""
    text = words_of(page)
    places = [found.start() for found in re.finditer(re.escape(name), text)]
    return [text[max(at - 60, 0) : at + 60] for at in places if "test patient" not in text[at : at + 100].lower()]


class TestMark:
    @pytest.mark.parametrize("role", sorted(ALL))
    def test_is_on_every_page_about_one(self, practice, rows, role):  # noqa: F811
        client, bare = practice(role), []
        for name, row in TABLE.items():
            if row.about not in ABOUT_A_PATIENT or role not in row.roles or name in NO_PAGES:
                continue
            answer = client.get(_url(name, rows))
            if answer.status_code == 200 and not any(
                one in words_of(answer.content.decode()) for one in SENTENCES
            ):
                bare.append(name)
        assert bare == []

    @pytest.mark.parametrize("role", sorted(ALL))
    def test_is_shown_behind_every_name(self, practice, rows, role):  # noqa: F811
        client, bare = practice(role), {}
        patient = rows["patient"]
        for name, row in TABLE.items():
            if role not in row.roles or row.is_public or row.is_own or name in NO_PAGES or name == "switch-clinic":
                continue
            page = client.get(_url(name, rows), follow=True)
            if page.status_code == 200 and (found := unmarked(page.content.decode(), patient.family_name)):
                bare[name] = found
        assert bare == {}

    def test_is_in_every_list(self, practice, rows):  # noqa: F811
        client, name, n_seen = practice("lead"), rows["patient"].family_name, 0
        for one in (*LISTS, "admin:courses_appointment_changelist?day=2026-03-12"):
            route, _mark, query = one.partition("?")
            page = client.get(f"{reverse(route)}?{query}").content.decode()
            n_seen += name in words_of(page)
            assert unmarked(page, name) == [], one
        assert n_seen > 4

    def test_is_not_on_a_real_patients_page(self, rows, signed_in, lead):  # noqa: F811
        page = signed_in(lead).get(_url("admin:patients_patient_change", rows)).content.decode()
        assert "test patient" not in words_of(page).lower()

    def test_would_be_missed(self):
        assert unmarked("<td>Ann Heron</td><td>Neck pain</td>" + "<td>x</td>" * 60, "Heron")


class TestPatientsOwnPage:
    @pytest.fixture
    def path(self, clinic, practitioner, at):
        patient = cleared_patient(clinic, by=practitioner, at=at - 60 * DAY, is_training=True)
        log_visit(CourseFactory(patient=patient, practitioner=practitioner), at)
        return check_in_path(CheckIn.objects.filter(kind="day1").get())

    @pytest.fixture(autouse=True)
    def next_day(self, at, time_machine):
        time_machine.move_to(at + DAY, tick=False)

    @pytest.mark.parametrize("answer", [None, {}, {"score": "4"}, {"score": "4", "none": "on"}, {"score": "9"}])
    def test_says_so(self, client, path, answer):
        page = client.get(path) if answer is None else client.post(path, answer)
        assert SENTENCES[0] in page.content.decode()

    def test_says_so_when_the_link_is_closed(self, client, path):
        CheckIn.objects.update(expires_at=F("created_at") + timedelta(seconds=1))
        assert SENTENCES[0] in client.get(path).content.decode()

    def test_says_so_without_the_database(self, client, path, monkeypatch):
        def away(_link):
            raise OSError

        monkeypatch.setattr("courses.checkins.storing.row_of_link", away)
        assert SENTENCES[0] in client.get(path).content.decode()

    def test_of_a_real_patient_says_nothing(self, client, course, at):
        log_visit(course, at)
        page = client.get(check_in_path(CheckIn.objects.filter(kind="day1").get())).content.decode()
        assert "Test patient" not in page


def live(clinic, practitioner, at, *, is_training: bool):
    """A course with flares, a red flag, answered and unanswered check-ins, visits yesterday and tomorrow."""
    patient = cleared_patient(clinic, by=practitioner, at=at - 60 * DAY, is_training=is_training)
    course = CourseFactory(patient=patient, practitioner=practitioner, starts_on=(at - 50 * DAY).date())
    log_run(course, [(3, 2), (2, 2), (2, 1), (1, 1), (1, 6), (8, 9)], until=at - 8 * DAY)
    visit = log_visit(course, at - DAY, before=9, after=10, flags=(flag(clinic, "hand_clumsy", answer="slow"),))
    free_at = at + DAY + Appointment.objects.count() * timedelta(hours=1)
    for starts_at in (free_at, free_at + 4 * DAY):
        book_appointment(
            course=course, practitioner=practitioner, starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30), is_for_needling=False, by=practitioner, at=at,
        )  # fmt: skip
    Patient.objects.filter(pk=patient.pk).update(email_failed_at=at - timedelta(hours=1))
    return visit.session.course


class TestFigures:
    def figures(self, clinic, manager, at):
        """Every figure, as text."""
        digest = Digest(clinic=clinic, on=at.date(), since=at - 7 * DAY, made_at=at)
        evidence = Evidence.of(clinic, at=at)
        return {
            "board": repr(board(manager, at=at)),
            "metrics": self.metrics(at),
            "budget": repr(dry_run(clinic, budget_per_100=3, at=at)),
            "bounds": repr(try_bounds(clinic, {}, at=at)),
            "evidence": (len(evidence.records), len(evidence.rows), evidence.session_numbers),
            "digest": repr(contents_for(manager, digest)),
        }

    def metrics(self, at) -> list[str]:
        every = chain(*(import_string(path)(at=at) for path in settings.METRICS))
        return sorted(repr(sample) for family in every for sample in family.samples)

    def test_are_the_same_with_and_without_one(self, clinic, practitioner, manager, at):
        live(clinic, practitioner, at, is_training=False)
        before = self.figures(clinic, manager, at)
        for _n in range(2):
            live(clinic, practitioner, at, is_training=True)
        assert self.figures(clinic, manager, at) == before

    def test_would_differ_for_a_real_patient(self, clinic, practitioner, manager, at):
        live(clinic, practitioner, at, is_training=False)
        before = self.figures(clinic, manager, at)
        live(clinic, practitioner, at, is_training=False)
        after = self.figures(clinic, manager, at)
        assert {name for name in before if before[name] != after[name]} == before.keys()

    # Rooms whose queries are figures. Within them: functions that use rows already counted, or one course.
    ROOMS = (
        "courses/dashboards", "courses/priors", "courses/outlook", "courses/dry_runs", "courses/exchange",
        "courses/alerts/audit/figures.py",
        "courses/watching/digest.py", "courses/management", "clinic/health",
    )  # fmt: skip
    ALREADY = {
        ("courses/priors/course_records.py", "records_of"): "scores of courses that the caller chose",
        ("courses/priors/course_records.py", "worse_by_course"): "scores of courses that the caller chose",
        ("courses/dry_runs/course_rules.py", "past_courses"): "sessions and holds of counted courses",
        ("courses/dry_runs/pain_rules.py", "_courses"): "scores of counted courses",
        ("courses/exchange/urgent.py", "urgent_parts"): "the reports of one alert, in a letter about one patient",
        ("courses/exchange/letters.py", "void_letter"): "one letter, of whichever patient",
        (
            "courses/management/removing_clinics.py",
            "_obstacles",
        ): "whether a clinic ever had a patient, of test too",
    }

    def test_every_query_of_a_figure_leaves_them_out(self):
        about = {model.__name__ for model in apps.get_models() if path_to_patient(model) is not None}
        files = [
            one
            for room in self.ROOMS
            for one in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
        ]
        bare, n_counted = set(), 0
        for file in files:
            for function in (
                one for one in ast.walk(ast.parse(file.read_text())) if isinstance(one, ast.FunctionDef)
            ):
                queries = [
                    one.value.id for one in ast.walk(function)
                    if isinstance(one, ast.Attribute) and one.attr == "objects" and isinstance(one.value, ast.Name)
                    and one.value.id in about
                ]  # fmt: skip
                guards = [
                    one for one in ast.walk(function)
                    if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "counted"
                ]  # fmt: skip
                n_counted += len(guards)
                if len(queries) > len(guards):
                    bare.add((str(file.relative_to(ROOT)), function.name))
        assert bare == self.ALREADY.keys()
        assert n_counted > 10

    @pytest.mark.parametrize("model", [one for one in apps.get_models() if path_to_patient(one) is not None])
    def test_every_table_about_patients_can_be_counted(self, model):
        assert counted(model._default_manager.all()).count() == 0


class TestNobodyIsWrittenTo:
    def test_whatever_happens(self, clinic, practitioner, lead, manager, at, smtp):
        course = live(clinic, practitioner, at, is_training=True)
        other = lead
        hand_over([course], to=other, reason="leave", form_key=course.uuid, by=manager, at=at)
        for hours in range(0, 8 * 24, 6):
            now = at + timedelta(hours=hours)
            for act in (watch_courses, sweep, plan_reminders, make_digests):
                act(at=now)
            deliver_due(clock=lambda now=now: now)
        assert smtp.mails == []
        assert list(Message.objects.values_list("kind", flat=True)) == []
        assert set(Reminder.objects.values_list("state", "refused_because")) == {("refused", "test_patient")}

    def test_though_of_a_real_patient_many_would_be(self, clinic, practitioner, lead, at, smtp):
        live(clinic, practitioner, at, is_training=False)
        deliver_due(clock=lambda: at)
        assert smtp.mails
