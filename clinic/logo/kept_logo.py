"""The logo of a clinic: kept, replaced, removed, found."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from clinic.logo.uploaded_logo import Picture
from clinic.models import Clinic, ClinicLogo, Membership

# Whoever asks for one asks for the same one again; the address of another one is another one.
REMEMBERED = 64


@transaction.atomic
def replace_logo(clinic: Clinic, picture: Picture, *, by: Membership, at: datetime) -> ClinicLogo:
    """The clinic's logo from now on; the one before is deleted."""
    logo = ClinicLogo.objects.create(
        clinic=clinic,
        png=picture.png,
        width=picture.width,
        height=picture.height,
        uploaded_by=by,
        uploaded_at=at,
    )
    _show(clinic, logo)
    return logo


@transaction.atomic
def remove_logo(clinic: Clinic) -> None:
    """No logo any more."""
    _show(clinic, None)


def logo_of(clinic: Clinic) -> ClinicLogo | None:
    """The clinic's logo with its picture; where there is none, the database is not asked."""
    if clinic.logo_id is None:
        return None
    return ClinicLogo.objects.for_clinic(clinic).filter(pk=clinic.logo_id).first()


@lru_cache(maxsize=REMEMBERED)
def png_at(key: uuid.UUID) -> bytes:
    """The picture at a public address, remembered by this process; ClinicLogo.DoesNotExist for any other."""
    return bytes(ClinicLogo.objects.all_clinics().get(pk=key).png)


def _show(clinic: Clinic, logo: ClinicLogo | None) -> None:
    clinic.logo = logo
    clinic.save(update_fields=["logo"])
    others = ClinicLogo.objects.for_clinic(clinic)
    (others.exclude(pk=logo.pk) if logo else others).delete()
