"""Querysets that filter rows by clinic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

from clinic import access

if TYPE_CHECKING:
    from clinic.models.clinic import Clinic
    from clinic.models.membership import Membership

RowT = TypeVar("RowT", bound=models.Model, covariant=True)


class ClinicScopedQuerySet(models.QuerySet[RowT]):
    """Rows that belong to a clinic. Every read for a person starts at `visible_to`."""

    def visible_to(self, membership: Membership | None) -> Self:
        """The rows this membership may see; none without an active membership and the right."""
        if membership is None or not access.may(membership, "view", self.model):
            return self.none()
        return self.for_clinic(membership.clinic)

    def for_clinic(self, clinic: Clinic) -> Self:
        """The rows of one clinic, for jobs."""
        return self.filter(clinic=clinic)

    def all_clinics(self) -> Self:
        """Every clinic's rows, stated explicitly, for jobs that serve all clinics."""
        return self.all()
