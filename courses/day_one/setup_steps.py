"""The steps of setting up a clinic, in the order in which patients need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Clinic
from courses.day_one.setup_facts import SetupFacts

NUMBER, TEST_MAIL, LEADS = "emergency_number", "test_mail", "leads"


@dataclass(frozen=True)
class Step:
    """One thing to set up: what waits for it, whether it is done, and the page where it is done."""

    code: str
    title: Any
    waits: Any
    is_done: Callable[[SetupFacts], bool]
    # Empty where the list itself has the button.
    page: Callable[[Clinic], str] = lambda _clinic: ""
    detail: Callable[[SetupFacts], str] = lambda _facts: ""
    # What a clinic cannot do without is not set aside.
    may_set_aside: bool = True


def _unlicensed(facts: SetupFacts) -> str:
    return ", ".join(str(member) for member in facts.unlicensed)


def _unsigned(facts: SetupFacts) -> str:
    done = facts.n_content - facts.n_unsigned
    return _("%(done)d of %(n)d signed off") % {"done": done, "n": facts.n_content}


def _at(name: str) -> Callable[[Clinic], str]:
    return lambda _clinic: reverse(name)


def _its_settings(clinic: Clinic) -> str:
    return reverse("admin:clinic_clinic_change", args=[clinic.pk])


STEPS: tuple[Step, ...] = (
    Step(
        NUMBER,
        gettext_lazy("Confirm the emergency number"),
        gettext_lazy("Emails to patients wait until it is confirmed."),
        lambda facts: facts.clinic.is_number_confirmed,
        detail=lambda facts: str(facts.clinic.emergency_number),
        may_set_aside=False,
    ),
    Step(
        "phone",
        gettext_lazy("Enter the phone number that patients call"),
        gettext_lazy("It is in every email to patients and on their check-in page."),
        lambda facts: bool(facts.clinic.phone),
        page=_its_settings,
        may_set_aside=False,
    ),
    Step(
        LEADS,
        gettext_lazy("Invite a duty lead"),
        gettext_lazy("Somebody must be able to answer a red flag. Until then managers are emailed."),
        lambda facts: facts.has_lead,
        page=_at("admin:clinic_membership_add"),
    ),
    Step(
        "licences",
        gettext_lazy("Enter the licences of those who treat"),
        gettext_lazy("Somebody whose licence is missing or has expired may not needle or be booked for needling."),
        lambda facts: not facts.unlicensed,
        page=_at("admin:clinic_membership_changelist"),
        detail=_unlicensed,
    ),
    Step(
        "hours",
        gettext_lazy("Enter the opening hours"),
        gettext_lazy(
            "Visits are proposed within them. The time to answer a less urgent alert counts only open hours."
        ),
        lambda facts: facts.has_hours,
        page=_at("admin:clinic_clinic_hours"),
    ),
    Step(
        "rota",
        gettext_lazy("Plan who is on duty"),
        gettext_lazy(
            "Without any rota, alerts for the duty lead are emailed to every duty lead. Once a rota has ended, "
            "they go to the next person on the contact list."
        ),
        lambda facts: facts.has_rota,
        page=_at("admin:clinic_duty_changelist"),
    ),
    Step(
        TEST_MAIL,
        gettext_lazy("Receive a test email"),
        gettext_lazy("Alerts are emailed. A test shows that they arrive."),
        lambda facts: facts.has_test_mail,
    ),
    Step(
        "reply_to",
        gettext_lazy("Enter a reply address"),
        gettext_lazy("Patients answer their reminders: somebody must read that mailbox."),
        lambda facts: bool(facts.clinic.reply_to),
        page=_its_settings,
    ),
    Step(
        "address",
        gettext_lazy("Enter the clinic's address"),
        gettext_lazy("It is on letters and in emails to patients."),
        lambda facts: bool(facts.clinic.address),
        page=_its_settings,
    ),
    Step(
        "consent_text",
        gettext_lazy("Edit consent text"),
        gettext_lazy("Nobody can agree to treatment until it says how long records are kept."),
        lambda facts: facts.has_consent_text,
        page=_at("admin:patients_consenttext_changelist"),
        may_set_aside=False,
    ),
    Step(
        "content",
        gettext_lazy("Sign off the clinical content"),
        gettext_lazy(
            "You can use it before it is signed off. Each page that uses it shows how many items are not signed "
            "off yet."
        ),
        lambda facts: facts.n_unsigned == 0,
        page=_at("admin:clinic_signoffevent_changelist"),
        detail=_unsigned,
    ),
)
BY_CODE = {step.code: step for step in STEPS}
