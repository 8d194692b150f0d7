"""The setup list of a new clinic: every step is open, done or set aside, and what waits for it waits."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from clinic.models import Clinic, Duty, Membership, Message, OpeningHours, Role, SetupEvent
from clinic.outbox.deliver import deliver_due
from clinic.signing.content import kinds
from clinic.signing.ledger import sign, states_of
from courses.day_one.checklist import StepState, checklist, is_needed
from courses.day_one.deciding import (
    ask_for_mail,
    close_list,
    confirm_number,
    note_mail_received,
    set_aside,
    take_up,
)
from courses.day_one.mail import VALID_FOR, received_path
from courses.day_one.setup_steps import NUMBER, STEPS, TEST_MAIL
from patients.models import ConsentText
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def new(clinic, manager) -> Membership:
    """The manager of a clinic in which nothing is set up."""
    nothing = {"confirmed_emergency_number": "", "set_up_at": None, "phone": "", "reply_to": "", "address": ""}
    Clinic.objects.filter(pk=clinic.pk).update(**nothing)
    clinic.opening_hours.all().delete()
    ConsentText.objects.filter(clinic=clinic).update(retention="")
    MembershipFactory(clinic=clinic, role=Role.PRACTITIONER, licence_number="")
    manager.refresh_from_db()
    return Membership.objects.get(pk=manager.pk)


def states(member, at) -> dict[str, StepState]:
    clinic = Clinic.objects.get(pk=member.clinic_id)
    return {line.step.code: line.state for line in checklist(clinic, at=at).lines}


def sign_everything(clinic, at) -> None:
    """As a licensed lead does on one page."""
    lead = MembershipFactory(clinic=clinic, role=Role.LEAD, licence_number="L-2")
    ConsentText.objects.filter(clinic=clinic).update(retention="10 years")
    shown = {one.piece.name: one.piece.digest for kind in kinds() for one in states_of(clinic, kind) if one.needs}
    sign(clinic, shown, comment="", by=lead, at=at)


def done_by(new, at):
    """How each step is done, by its code."""
    clinic = new.clinic
    clinics = Clinic.objects.filter(pk=clinic.pk)
    treating = Membership.objects.for_clinic(clinic).filter(role=Role.PRACTITIONER)
    return {
        NUMBER: lambda: confirm_number(clinic.emergency_number, by=new, at=at),
        "phone": lambda: clinics.update(phone="+49 30 1234567"),
        "leads": lambda: MembershipFactory(clinic=clinic, role=Role.LEAD),
        "licences": lambda: treating.update(licence_number="L-1", licence_expires_on=None),
        "hours": lambda: OpeningHours.objects.create(
            clinic=clinic, weekday=1, opens_at=time(8), closes_at=time(18)
        ),
        "rota": lambda: Duty.objects.create(clinic=clinic, member=new, starts_at=at, ends_at=at + MINUTE),
        TEST_MAIL: lambda: note_mail_received(by=new, at=at),
        "reply_to": lambda: clinics.update(reply_to="desk@example.org"),
        "address": lambda: clinics.update(address="1 Invented Lane"),
        "consent_text": lambda: ConsentText.objects.filter(clinic=clinic).update(retention="10 years"),
        "content": lambda: sign_everything(clinic, at),
    }


@pytest.mark.parametrize("code", [step.code for step in STEPS])
def test_a_step_is_open_until_it_is_done(new, at, code):
    assert states(new, at)[code] == StepState.OPEN
    done_by(new, at)[code]()
    assert states(new, at)[code] == StepState.DONE


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.code)
def test_a_step_is_set_aside_with_a_reason_unless_patients_need_it(new, at, step):
    if not step.may_set_aside:
        with pytest.raises(ValidationError):
            set_aside(step.code, reason="no need", by=new, at=at)
        assert states(new, at)[step.code] == StepState.OPEN
        return
    with pytest.raises(ValidationError):
        set_aside(step.code, reason="  ", by=new, at=at)
    set_aside(step.code, reason="We are two.", by=new, at=at)
    assert states(new, at)[step.code] == StepState.SET_ASIDE
    take_up(step.code, by=new, at=at + MINUTE)
    assert states(new, at)[step.code] == StepState.OPEN


def test_the_list_is_closed_only_when_nothing_is_open(new, at):
    with pytest.raises(ValidationError):
        close_list(by=new, at=at)
    for do in done_by(new, at).values():
        do()
    close_list(by=new, at=at)
    assert not is_needed(Clinic.objects.get(pk=new.clinic_id))


def test_another_number_is_confirmed_again(new, at):
    confirm_number(new.clinic.emergency_number, by=new, at=at)
    Clinic.objects.filter(pk=new.clinic_id).update(emergency_number="911", set_up_at=at)
    assert states(new, at)[NUMBER] == StepState.OPEN
    assert is_needed(Clinic.objects.get(pk=new.clinic_id))


def test_a_number_that_changed_on_an_open_page_is_not_confirmed(new, at):
    Clinic.objects.filter(pk=new.clinic_id).update(emergency_number="911")
    with pytest.raises(ValidationError, match="changed to 911"):
        confirm_number("112", by=new, at=at)
    assert states(new, at)[NUMBER] == StepState.OPEN


class TestPages:
    def test_today_shows_every_open_step_to_a_manager_and_to_nobody_else(self, new, signed_in, practitioner, at):
        card = signed_in(new).get(reverse("admin:index")).content.decode()
        for step in STEPS:
            assert f"#step-{step.code}" in card
            assert str(step.waits).split(",")[0] in card
        assert "setup-head" not in signed_in(practitioner).get(reverse("admin:index")).content.decode()

    def test_today_says_nothing_once_it_is_finished(self, manager, signed_in):
        assert "setup-head" not in signed_in(manager).get(reverse("admin:index")).content.decode()

    def test_every_page_of_a_step_opens(self, new, signed_in):
        client = signed_in(new)
        for step in STEPS:
            if step.page:
                assert client.get(reverse(step.page), follow=True).status_code == 200, step.code

    def test_a_refused_answer_keeps_what_was_typed(self, new, signed_in):
        client, url = signed_in(new), reverse("admin:setup_steps")
        answer = client.post(url, {"step": "phone", "action": "set_aside", "reason": "We use a bell."})
        assert answer.status_code == 422
        assert "cannot be set aside" in answer.content.decode()
        assert SetupEvent.objects.count() == 0

    def test_a_second_click_changes_nothing(self, new, signed_in):
        client, url = signed_in(new), reverse("admin:setup_steps")
        form = {"step": NUMBER, "action": "confirm", "number": new.clinic.emergency_number}
        assert {client.post(url, form).status_code for _click in range(2)} == {302}
        assert Clinic.objects.get(pk=new.clinic_id).is_number_confirmed

    def test_a_number_typed_in_the_settings_counts_as_confirmed(self, new, signed_in):
        client, url = signed_in(new), reverse("admin:clinic_clinic_change", args=[new.clinic_id])
        page = client.get(url)
        values = {**page.context["adminform"].form.initial, "emergency_number": "110", "phone": "+49 30 1234567"}
        formsets = {
            f"{one.formset.prefix}-{name}": value
            for one in page.context["inline_admin_formsets"]
            for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()
        }
        sent = {name: value for name, value in values.items() if value is not None}
        assert client.post(url, {**sent, **formsets}).status_code == 302
        assert Clinic.objects.get(pk=new.clinic_id).is_number_confirmed

    def test_setup_leads_to_the_list_for_a_manager_and_for_nobody_else(self, manager, signed_in, lead):
        url, hours = reverse("admin:setup_steps"), reverse("admin:clinic_clinic_hours")
        page = signed_in(manager).get(reverse("admin:setup")).content.decode()
        assert f'href="{url}"' in page
        assert f'href="{hours}"' in page
        assert url not in signed_in(lead).get(reverse("admin:setup")).content.decode()

    @pytest.mark.parametrize("form", [{"step": "leads", "action": "hop"}, {"step": "none", "action": "set_aside"}])
    def test_an_answer_that_no_button_gives_is_not_taken(self, new, signed_in, form):
        answer = signed_in(new).post(reverse("admin:setup_steps"), {**form, "reason": "why"})
        assert answer.status_code == 404
        assert SetupEvent.objects.count() == 0


class TestMail:
    def test_a_second_click_sends_no_second_email(self, new, signed_in):
        form = {"step": TEST_MAIL, "action": "mail"}
        for _click in range(2):
            signed_in(new).post(reverse("admin:setup_steps"), form)
        assert Message.objects.filter(kind="setup_mail").count() == 1

    def test_another_test_does_not_undo_one_that_arrived(self, new, at):
        note_mail_received(by=new, at=at)
        ask_for_mail(by=new, at=at + 2 * MINUTE)
        assert states(new, at)[TEST_MAIL] == StepState.DONE

    def test_its_link_notes_that_it_arrived(self, new, signed_in, smtp, at, time_machine):
        time_machine.move_to(at, tick=False)
        client = signed_in(new)
        client.post(reverse("admin:setup_steps"), {"step": TEST_MAIL, "action": "mail"})
        deliver_due(clock=lambda: at)
        mail = next(one for one in smtp.mails if "Test email" in str(one["Subject"]))
        assert str(mail["To"]) == new.address
        path = received_path(new)
        assert path in mail.get_body(("plain",)).get_content().replace("=\n", "")
        assert states(new, at)[TEST_MAIL] == StepState.OPEN
        client.get(path)
        assert states(new, at)[TEST_MAIL] == StepState.OPEN
        client.post(path)
        assert states(new, at)[TEST_MAIL] == StepState.DONE

    def test_a_link_of_another_clinic_or_an_old_one_notes_nothing(
        self, new, signed_in, stranger, at, time_machine
    ):
        time_machine.move_to(at, tick=False)
        client = signed_in(new)
        assert client.post(received_path(stranger)).status_code == 410
        path = received_path(new)
        time_machine.move_to(at + VALID_FOR + MINUTE, tick=False)
        assert signed_in(new).post(path).status_code == 410
        assert SetupEvent.objects.count() == 0
