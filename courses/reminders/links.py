"""Signed links in patient mail: a check-in, an unsubscription. Each opens one thing for one patient."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from courses.models import CheckIn
from patients.models import Consent, Patient

CHECK_IN_SALT = "check-in"
UNSUBSCRIBE_SALT = "unsubscribe"


class BadLink(Exception):
    """Not a link of ours."""


def check_in_path(check_in: CheckIn) -> str:
    """The path of a check-in page."""
    return reverse("check-in", args=[signing.dumps(str(check_in.uuid), salt=CHECK_IN_SALT)])


def read_check_in(token: str) -> CheckIn:
    """The check-in a link was made for, open or not, void or not: its patient may report a red flag."""
    try:
        uuid = signing.loads(token, salt=CHECK_IN_SALT)
        return CheckIn.every.select_related(
            "clinic", "session__course__patient", "session__course__clinic", "session__clinic"
        ).get(uuid=uuid)
    except (signing.BadSignature, ValueError, CheckIn.DoesNotExist) as error:
        raise BadLink from error


def unsubscribe_path(patient: Patient, stream: Consent.Stream) -> str:
    """The path that ends one stream of mail."""
    return reverse("unsubscribe", args=[signing.dumps([str(patient.uuid), stream], salt=UNSUBSCRIBE_SALT)])


def read_unsubscribe(token: str) -> tuple[Patient, Consent.Stream]:
    """The patient and the stream a link was made for; BadLink for any other link."""
    try:
        uuid, stream = signing.loads(token, salt=UNSUBSCRIBE_SALT)
        return Patient.objects.select_related("clinic").get(uuid=uuid), Consent.Stream(stream)
    except (signing.BadSignature, ValueError, Patient.DoesNotExist) as error:
        raise BadLink from error
