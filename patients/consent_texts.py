"""The consent text: its versions, and what must be filled in before it can be used."""

from __future__ import annotations

import re
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.access import may
from clinic.models import Clinic, Membership
from clinic.signing.content import piece_of
from clinic.signing.ledger import record_edit
from patients.models import ConsentText
from patients.models.consent_text import RETENTION_PLACE

PLACE = re.compile(r"\[[^\]]*\]?")


class Overtaken(Exception):
    """Somebody else made another version meanwhile."""


def text_in_force(clinic: Clinic) -> ConsentText | None:
    """What patients read now."""
    return ConsentText.objects.for_clinic(clinic).current().first()


@transaction.atomic
def write_text(text: ConsentText, *, body: str, retention: str, by: Membership, at: datetime) -> ConsentText:
    """A new version, in force from now on. Consents keep the version they were given on.

    Overtaken: `text` is not in force any more. ValidationError: something is not filled in, or nothing differs.
    """
    if not may(by, "change", ConsentText):
        raise PermissionDenied
    now = ConsentText.objects.select_for_update(of=["self"]).select_related("clinic").get(pk=text.pk)
    if now.replaced_at is not None:
        raise Overtaken
    body, retention = "\n".join(body.split("\r\n")).strip(), " ".join(retention.split())
    _check(body, retention)
    if (now.body, now.retention) == (body, retention):
        raise ValidationError(_("Nothing differs from the version in force."))
    last = ConsentText.objects.for_clinic(now.clinic).aggregate(last=Max("version"))["last"]
    ConsentText.objects.filter(pk=now.pk).update(replaced_at=at)
    new = ConsentText.objects.create(
        clinic=now.clinic, version=last + 1, body=body, retention=retention, source=now.source
    )
    record_edit(piece_of(now), piece_of(new), by=by, at=at)
    return new


def _check(body: str, retention: str) -> None:
    errors: dict[str, str] = {}
    places = PLACE.findall(body)
    if places.count(RETENTION_PLACE) != 1:
        sentence = _(
            "Keep “%(place)s” in the text exactly once. Patients read there what you enter under “How long "
            "records are kept”."
        )
        errors["body"] = sentence % {"place": RETENTION_PLACE}
    elif len(places) > 1:
        other = next(one for one in places if one != RETENTION_PLACE)
        errors["body"] = _("“%(place)s” is not filled in yet. Replace it with your own words.") % {"place": other}
    if not retention or PLACE.search(retention):
        errors["retention"] = _("Enter how long records are kept, for example “10 years after the last visit”.")
    if errors:
        raise ValidationError(errors)
