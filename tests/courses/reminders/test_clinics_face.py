"""Whose a patient's mail is: name, sender, logo, address and website, as a real server gets them."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parseaddr

import pytest

from clinic.logo.kept_logo import replace_logo
from clinic.logo.uploaded_logo import picture_of
from clinic.models import ClinicSender, Message
from clinic.outbox.deliver import deliver_due
from courses.reminders.planning import plan_reminders
from tests.factories import flag, log_visit
from tests.pictures import picture

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def mail(appointment_at, smtp, at):
    """The reminder, as the patient gets it."""
    appointment_at(48)
    plan_reminders(at=at)

    def get():
        assert deliver_due(clock=lambda: at + DAY) == 1
        (found,) = smtp.mails
        return found

    return get


@pytest.fixture
def own(clinic, manager, at):
    """A sender address in use."""
    return ClinicSender.objects.create(
        clinic=clinic, address="desk@linden.example", entered_by=manager, entered_at=at, verified_at=at,
        confirmed_at=at,
    )  # fmt: skip


@pytest.fixture
def logo(clinic, manager, at):
    return replace_logo(clinic, picture_of(picture()), by=manager, at=at)


def html_of(mail) -> str:
    return mail.get_body(("html",)).get_content()


def test_comes_from_the_clinics_name_at_the_installations_address(mail, clinic, settings):
    settings.DEFAULT_FROM_EMAIL = "Healing Curve <mail@host.example>"
    clinic.name, clinic.reply_to = "Praxis Süd, “Linde”", "desk@example.org"
    clinic.save()
    found = mail()
    (address,) = found["From"].addresses
    assert (address.display_name, address.addr_spec) == ("Praxis Süd, “Linde”", "mail@host.example")
    assert found["Reply-To"] == "desk@example.org"


def test_comes_from_its_own_address_while_that_is_verified(mail, own):
    assert parseaddr(mail()["From"])[1] == "desk@linden.example"


def test_not_from_an_address_that_is_not_verified(mail, own, settings):
    ClinicSender.objects.all_clinics().update(verified_at=None)
    assert parseaddr(mail()["From"])[1] == parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


@pytest.mark.parametrize("answer", ["553 5.7.1 not your domain", "550 no", "550 5.7.60 may not send as this"])
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_goes_from_the_usual_address_where_the_server_refuses_the_own_one(
    mail, own, patient, smtp, settings, stage, answer
):
    """Whichever stage a server says it at (Postfix at RCPT, Exchange after the content), and in whatever code."""
    accepts = {"RCPT": smtp.handle_RCPT, "DATA": smtp.handle_DATA}

    async def at_mail(server, session, envelope, address, options):
        if stage == "MAIL" and address == own.address:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def at_rcpt(server, session, envelope, *rest):
        return (
            answer
            if envelope.mail_from == own.address
            else await accepts["RCPT"](server, session, envelope, *rest)
        )

    async def at_data(server, session, envelope):
        return answer if envelope.mail_from == own.address else await accepts["DATA"](server, session, envelope)

    smtp.handle_MAIL = at_mail
    if stage == "RCPT":
        smtp.handle_RCPT = at_rcpt
    if stage == "DATA":
        smtp.handle_DATA = at_data
    assert parseaddr(mail()["From"])[1] == parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    assert Message.objects.get().state == Message.State.SENT
    patient.refresh_from_db()
    assert patient.email_failed_at is None


def test_a_recipient_who_is_refused_from_both_is_refused(appointment_at, own, patient, smtp, at):
    smtp.answer_to_recipient[patient.email] = "550 5.1.1 no such user"
    appointment_at(48)
    plan_reminders(at=at)
    deliver_due(clock=lambda: at + DAY)
    patient.refresh_from_db()
    assert smtp.mails == []
    assert Message.objects.get().trouble == Message.Trouble.ADDRESS


def test_staff_alerts_never_depend_on_it(course, lead, own, logo, smtp, settings, at):
    log_visit(course, at, flags=(flag(course.clinic, "hand_clumsy", answer="slow"),))
    deliver_due(clock=lambda: at)
    alerts = smtp.to(lead.user.email)
    assert alerts
    for one in alerts:
        assert parseaddr(one["From"])[1] == parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        assert "cid:" not in html_of(one)
        assert not [part for part in one.walk() if part.get_content_maintype() == "image"]


def test_logo_travels_inside_and_nothing_is_fetched(mail, clinic, logo):
    found = mail()
    (part,) = [part for part in found.walk() if part.get_content_maintype() == "image"]
    assert part.get_payload(decode=True) == bytes(logo.png)
    assert part["Content-Disposition"] == "inline"
    cid = part["Content-ID"].strip("<>")
    (shown,) = re.findall(r"<img[^>]*>", html_of(found))
    assert f'src="cid:{cid}"' in shown
    assert f'alt="{clinic.name}"' in shown
    assert 'width="240" height="72"' in re.sub(r"\s+", " ", shown)
    assert not re.search(r"src=\W*https?:|url\(", html_of(found))
    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/png",
    ]


def test_without_a_logo_there_is_no_picture_and_no_gap(mail):
    found = mail()
    assert found.get_content_type() == "multipart/alternative"
    assert "<img" not in html_of(found)


def test_address_and_website_are_in_both_parts(mail, clinic):
    clinic.address, clinic.website = "12 Linden Street, 10115 Berlin", "https://www.linden.example/"
    clinic.save()
    found = mail()
    text = found.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "12 Linden Street, 10115 Berlin\nhttps://www.linden.example/\n" in text
    assert '<a href="https://www.linden.example/"' in html_of(found)
    assert ">www.linden.example</a>" in html_of(found)
    assert "12 Linden Street, 10115 Berlin" in html_of(found)
