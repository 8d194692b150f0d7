"""Every page, mail and letter of a clinic in the United States, in Great Britain and in Germany, and what is
written there as in another country: nothing.

The pages are those of tests/test_tenancy.py, which lists every address; the mails are those of the settings.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.urls import get_resolver
from pypdf import PdfReader

from clinic.account.own import change_own_address
from clinic.models import Clinic, ClinicSender, Membership, Message, Role
from clinic.outbox.kinds import kind_of
from clinic.people.address_change import correct_address
from clinic.people.staff import send_invitation, send_password_link
from courses.day_one.deciding import ask_for_mail
from courses.exchange.letters import write_referral, write_summary
from courses.models import Digest, PriorEvent
from courses.plans.handing_over import hand_over
from courses.priors.events import note_event
from courses.reminders.planning import plan_reminders
from tests import factories
from tests.conventions.reading import COUNTRIES, Country, foreign_in, read, stored_words
from tests.test_tenancy import OPEN_PREFIXES, TABLE, _names, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

# Pages of the demo, of programs, and those that only pass on.
NOT_READ = {
    # The stored numbers of the model, as they are.
    "admin:courses_prior_change",
    "admin:courses_rulesettings_change",
    # The cells of somebody's file, and both orders of a date to choose from.
    "admin:courses_historyimport_columns",
    "healthz",
    "metrics",
    "csp-report",
    "demo-mail",
    "demo-mail-one",
    "admin:jsi18n",
}
# What a program reads.
MACHINES = {"staff_alert_webhook"}


@pytest.fixture(params=sorted(COUNTRIES))
def country(request) -> Country:
    """Where the clinic is."""
    return COUNTRIES[request.param]


@pytest.fixture
def clinic(db, country) -> Clinic:
    """The clinic of the cast, in this country."""
    values = {"country": country.code, "zone": country.zone, "phone": country.phone}
    return factories.make_clinic("Linden", emergency_number=country.emergency_number, **values)


def test_no_page_is_written_as_elsewhere(client, country, cast, rows, smtp, settings, tmp_path):  # noqa: F811
    settings.EMAIL_FILE_PATH = tmp_path
    found, n_read = {}, 0
    stored = stored_words(rows["clinic"])
    for name in sorted(set(_names(get_resolver())) - NOT_READ):
        if name.startswith(OPEN_PREFIXES):
            continue
        for role in sorted(TABLE[name].roles & cast.keys())[-1:] or ["manager"]:
            client.force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
            page = client.get(_url(name, rows), follow=True)
            if "html" in page.headers.get("Content-Type", ""):
                n_read += 1
                if foreign := foreign_in(read(page.content.decode()), country, stored=stored):
                    found[f"{name} as {role}"] = foreign
    assert n_read > 100
    assert not found, _listed(found)


def test_no_mail_is_written_as_elsewhere(country, clinic, cast, rows, course, at):  # noqa: F811
    _every_mail(clinic, cast, rows, course, at)
    kinds, found = set(), {}
    for message in Message.objects.for_clinic(clinic).select_related("clinic"):
        if message.kind in MACHINES:
            continue
        mail: Any = kind_of(message.kind).render(message)
        kinds.add(message.kind)
        foreign = foreign_in("\n".join([mail.subject, mail.text, read(mail.html)]), country)
        if foreign:
            found[message.kind] = foreign
    assert kinds == set(project.MESSAGE_KINDS) - MACHINES
    assert not found, _listed(found)


def test_no_letter_is_written_as_elsewhere(country, cast, rows, course, at, client):  # noqa: F811
    client.force_login(cast["lead"].user, backend="clinic.account.sign_in.MembershipBackend")
    values = {"addressee": "Dr. Yew", "message": "Thank you.", "by": cast["lead"], "at": at}
    for letter in (write_summary(course, **values), write_referral(rows["alert"], **values)):
        pdf = PdfReader(BytesIO(bytes(letter.pdf)))
        assert not foreign_in("\n".join(page.extract_text() for page in pdf.pages), country)
        width = float(pdf.pages[0].mediabox.width)
        assert round(width) == (612 if country.code == "US" else 595)


def _listed(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {' | '.join(words[:6])}" for name, words in found.items())


def _every_mail(clinic: Clinic, cast: dict[str, Any], rows: dict[str, Any], course: Any, at: Any) -> None:  # noqa: F811
    """A message of each kind."""
    lead: Membership = cast["lead"]
    send_invitation(lead, at=at)
    send_password_link(lead, at=at)
    ask_for_mail(by=lead, at=at)
    change_own_address(cast["manager"].user, email="other@example.org", at=at)
    correct_address(cast["front_desk"], email="desk@example.com", reason="new mailbox", by=cast["manager"], at=at)
    to = factories.MembershipFactory(clinic=clinic, role=Role.PRACTITIONER)
    hand_over([course], to=to, reason="leave", form_key=uuid4(), by=lead, at=at)
    note_event(clinic, PriorEvent.Kind.THRESHOLD_WAITS, at=at, by=lead)
    plan_reminders(at=at)
    digest = Digest.objects.create(clinic=clinic, on=at.date(), since=at - timedelta(days=1), made_at=at)
    sender = ClinicSender.objects.create(
        clinic=clinic, address="info@ash.example", entered_by=lead, entered_at=at, lost_at=at
    )
    abouts = {
        "member_refused": lead,
        "endpoint_refused": rows["endpoint"],
        "daily_digest": digest,
        "sender_lost": sender,
    }
    for kind, about in abouts.items():
        Message.objects.create(
            clinic=clinic,
            kind=kind,
            subject_id=about.pk,
            recipient=f"membership:{lead.pk}",
            dedup_key=kind,
            created_at=at,
            due_at=at,
        )
