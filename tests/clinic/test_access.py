"""Who may see and do what."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from clinic.access import ROLE_PERMISSIONS, active_membership, may, permissions_of, staff_only
from clinic.models import Clinic, Holiday, Membership, Message, Role, User
from clinic.models.scoped import ClinicScopedQuerySet
from courses.models import (
    AdverseEvent,
    Alert,
    AlertEvent,
    Appointment,
    CheckIn,
    Course,
    Hold,
    Letter,
    LetterEvent,
    MeasureScore,
    Needling,
    PainScore,
    RedFlagReport,
    Review,
    Session,
)
from patients.models import (
    Assessment,
    Consent,
    Patient,
    PatientPainType,
    Screening,
    ScreeningFinding,
    SpecialistLetter,
)
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

CLINICAL = [
    *(Assessment, PatientPainType, Screening, ScreeningFinding, SpecialistLetter, Course, Session, Needling),
    *(PainScore, RedFlagReport, Alert, AlertEvent, CheckIn, AdverseEvent),
    *(Hold, Review, MeasureScore, Letter, LetterEvent),
]
ROLES = ["practitioner", "lead", "manager", "front_desk"]


def member(role: str, **values: object) -> Membership:
    return Membership(role=role, user=User(username="x"), **values)


def test_every_role_has_its_rights():
    assert set(ROLE_PERMISSIONS) == set(Role.values)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("courses.report_red_flag", ROLES),
        ("courses.book_appointment", ROLES),
        ("patients.change_patient", ROLES),
        ("courses.acknowledge_alert", ["practitioner", "lead", "manager"]),
        ("courses.view_course", ["practitioner", "lead", "manager"]),
        ("courses.log_session", ["practitioner", "lead"]),
        ("courses.resolve_alert", ["practitioner", "lead"]),
        ("patients.add_assessment", ["practitioner", "lead"]),
        ("patients.override_clearance", ["lead"]),
        ("courses.resume_course", ["lead"]),
        ("courses.add_review", ["practitioner", "lead"]),
        ("courses.add_measurescore", ["practitioner", "lead"]),
        ("courses.add_letter", ["practitioner", "lead"]),
        ("courses.view_dashboard", ["lead", "manager"]),
        ("clinic.add_membership", ["manager"]),
        ("clinic.change_clinic", ["manager"]),
        ("clinic.view_message", ["lead", "manager"]),
    ],
)
def test_who_has_a_right(permission, roles):
    assert [role for role in ROLES if permission in permissions_of(member(role))] == roles


@pytest.mark.parametrize("role", ROLES)
def test_nobody_may_delete_but_what_closes_the_clinic_and_the_rota(role):
    deletions = {right for right in permissions_of(member(role)) if ".delete_" in right}
    assert deletions <= {"clinic.delete_openinghours", "clinic.delete_holiday", "clinic.delete_duty"}


@pytest.mark.parametrize("model", CLINICAL, ids=lambda model: model.__name__)
def test_front_desk_may_neither_read_nor_change_clinical_rows(model):
    desk = member("front_desk")
    assert not any(may(desk, action, model) for action in ("view", "add", "change", "delete"))


@pytest.mark.parametrize("role", ["practitioner", "lead", "manager"])
@pytest.mark.parametrize("model", CLINICAL, ids=lambda model: model.__name__)
def test_everybody_else_may_read_them(role, model):
    assert may(member(role), "view", model)


@pytest.mark.parametrize("model", [Patient, Appointment, Consent, Holiday], ids=lambda model: model.__name__)
def test_front_desk_reads_what_booking_needs(model):
    assert may(member("front_desk"), "view", model)


def test_nobody_reads_the_outbox_but_lead_and_manager():
    assert [role for role in ROLES if may(member(role), "view", Message)] == ["lead", "manager"]


def test_no_membership_no_rights():
    assert permissions_of(None) == frozenset()


def test_deactivated_member_has_no_rights(at):
    assert permissions_of(member("manager", deactivated_at=at)) == frozenset()


def test_closed_account_has_no_rights():
    closed = member("manager")
    closed.user.is_active = False
    assert permissions_of(closed) == frozenset()


def test_unknown_role_has_no_rights():
    assert permissions_of(member("owner")) == frozenset()


class TestVisibleTo:
    def test_shows_rows_of_ones_own_clinic(self, patient, practitioner):
        assert list(Patient.objects.visible_to(practitioner)) == [patient]

    def test_shows_nothing_to_nobody(self, patient):
        assert not Patient.objects.visible_to(None).exists()

    def test_shows_nothing_to_another_clinic(self, patient, stranger):
        assert not Patient.objects.visible_to(stranger).exists()

    def test_shows_nothing_to_those_who_left(self, patient, practitioner, at):
        practitioner.deactivated_at = at
        assert not Patient.objects.visible_to(practitioner).exists()

    def test_shows_nothing_without_the_right(self, patient, front_desk):
        assert patient.assessments.exists()
        assert not Assessment.objects.visible_to(front_desk).exists()

    @pytest.mark.parametrize("model", [*CLINICAL, Patient, Appointment, Consent], ids=lambda model: model.__name__)
    def test_is_there_for_every_row_of_a_patient(self, model):
        assert isinstance(model.objects.all(), ClinicScopedQuerySet)
        assert not model._meta.get_field("clinic").null


class TestStaffOnly:
    @pytest.fixture
    def page(self, rf):
        """A page that needs one right, visited by somebody."""
        view = staff_only("courses.view_dashboard")(lambda request: HttpResponse("in"))

        def visit(user, path="/dashboard/?week=2"):
            request = rf.get(path)
            request.user = user
            return view(request)

        return visit

    def test_stranger_to_the_house_is_sent_to_sign_in_and_back(self, page):
        response = page(type("Anonymous", (), {"is_authenticated": False})())
        assert response.status_code == 302
        assert response.url == "/accounts/login/?next=/dashboard/%3Fweek%3D2"

    def test_user_without_membership_finds_nothing(self, page):
        with pytest.raises(Http404):
            page(User(username="x"))

    def test_colleague_without_the_right_is_refused(self, page, practitioner):
        practitioner.user.active_membership = practitioner
        with pytest.raises(PermissionDenied):
            page(practitioner.user)

    def test_colleague_with_the_right_is_let_in(self, page, manager):
        manager.user.active_membership = manager
        assert page(manager.user).content == b"in"

    def test_active_membership_is_what_the_middleware_set(self, manager):
        manager.user.active_membership = manager
        assert active_membership(manager.user) is manager


def test_rights_name_models_that_exist():
    """A misspelt right would be a right that nobody has."""

    names = {f"{model._meta.app_label}.{model._meta.model_name}" for model in apps.get_models()}
    for right in frozenset().union(*ROLE_PERMISSIONS.values()):
        app, codename = right.split(".")
        action, _, name = codename.partition("_")
        if action in {"view", "add", "change", "delete"} and right != "courses.view_dashboard":
            assert f"{app}.{name}" in names, right


def test_member_of_two_clinics_has_the_rights_of_the_one_at_work(practitioner, stranger):
    other = MembershipFactory(clinic=stranger.clinic, user=practitioner.user, role=Role.FRONT_DESK)
    assert "courses.log_session" in permissions_of(practitioner)
    assert "courses.log_session" not in permissions_of(other)
    assert Clinic.objects.count() == 2
