"""Tables of the foundation: people, clinics, opening hours, duties, messages.

What is done with them is in the rooms beside this one.
"""

from clinic.models.account import AccountEvent, SharedCacheRow, SignInFailure
from clinic.models.address_change import AddressChange
from clinic.models.clinic import Clinic, Responder
from clinic.models.duty import Duty
from clinic.models.endpoint import Endpoint
from clinic.models.fault import Fault
from clinic.models.heartbeat import Heartbeat
from clinic.models.logo import ClinicLogo
from clinic.models.member_event import MemberEvent
from clinic.models.membership import LEADING, TREATING, Membership, Role
from clinic.models.message import Message
from clinic.models.opening_hours import Holiday, OpeningHours
from clinic.models.scoped import ClinicScopedQuerySet
from clinic.models.sender import ClinicSender
from clinic.models.sent_form import SentForm
from clinic.models.setup_event import SetupEvent
from clinic.models.sign_off_event import SignOffEvent
from clinic.models.user import User
from clinic.models.voidable import Voidable, VoidableQuerySet, required_reason, void_rows, void_says_why

__all__ = [
    "LEADING",
    "TREATING",
    "AccountEvent",
    "AddressChange",
    "Clinic",
    "ClinicLogo",
    "ClinicScopedQuerySet",
    "ClinicSender",
    "Duty",
    "Endpoint",
    "Fault",
    "Heartbeat",
    "Holiday",
    "MemberEvent",
    "Membership",
    "Message",
    "OpeningHours",
    "Responder",
    "Role",
    "SentForm",
    "SetupEvent",
    "SharedCacheRow",
    "SignInFailure",
    "SignOffEvent",
    "User",
    "Voidable",
    "VoidableQuerySet",
    "required_reason",
    "void_rows",
    "void_says_why",
]
