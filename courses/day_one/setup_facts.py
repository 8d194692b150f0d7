"""What the steps of the setup look at, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic.models import Clinic, Duty, Membership, SetupEvent
from clinic.people.lead_cover import leads_of
from clinic.signing.content import kinds
from clinic.signing.ledger import states_of
from patients.models import ConsentText


@dataclass(frozen=True)
class SetupFacts:
    """A clinic as it is today; `newest` is the last event of each step."""

    clinic: Clinic
    has_hours: bool
    has_rota: bool
    has_lead: bool
    unlicensed: tuple[Membership, ...]
    has_consent_text: bool
    n_content: int
    n_unsigned: int
    has_test_mail: bool
    newest: dict[str, SetupEvent]


def setup_facts(clinic: Clinic, *, at: datetime) -> SetupFacts:
    """Everything the steps ask."""
    members = list(Membership.objects.for_clinic(clinic).active().select_related("user"))
    today = clinic.local(at).date()
    n_content, n_unsigned = _content(clinic)
    events = list(SetupEvent.objects.for_clinic(clinic).select_related("by__user").order_by("pk"))
    return SetupFacts(
        clinic=clinic,
        has_hours=clinic.opening_hours.exists(),
        has_rota=Duty.objects.for_clinic(clinic).filter(ends_at__gt=at).exists(),
        has_lead=leads_of(clinic).exists(),
        unlicensed=tuple(one for one in members if one.is_clinician and not one.is_licensed(today)),
        has_consent_text=ConsentText.objects.for_clinic(clinic).current().exclude(retention="").exists(),
        n_content=n_content,
        n_unsigned=n_unsigned,
        has_test_mail=any(event.kind == SetupEvent.Kind.MAIL_RECEIVED for event in events),
        newest={event.step: event for event in events},
    )


def _content(clinic: Clinic) -> tuple[int, int]:
    """How many pieces of content ask for sign-off, and how many wait for sign-off, as its page counts them."""
    states = [one for kind in kinds() for one in states_of(clinic, kind)]
    return sum(one.is_counted for one in states), sum(one.needs for one in states)
