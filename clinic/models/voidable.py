"""Rows that were saved by mistake: kept on file, counted nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models.scoped import ClinicScopedQuerySet, RowT

if TYPE_CHECKING:
    from clinic.models.membership import Membership


class VoidableQuerySet(ClinicScopedQuerySet[RowT]):
    """Rows that may be void. A manager made from it leaves void rows out, so that no reader has to filter them."""


def _counting_manager(rows: Any) -> Any:
    # Derived directly from Django's manager, so that the type checker finds it.
    django: Any = models.Manager
    manager_class = django.from_queryset(rows)

    def get_queryset(self: Any) -> Any:
        return models.Manager.get_queryset(self).filter(voided_at=None)

    manager_class.get_queryset = get_queryset
    manager = manager_class()
    manager._built_with_as_manager = True
    return manager


_counting_manager.queryset_only = True  # type: ignore[attr-defined]
# Set from outside, because the type checker derives each model's manager from Django's own `as_manager`.
setattr(VoidableQuerySet, "as_manager", classmethod(_counting_manager))  # noqa: B010


class Voidable(models.Model):
    """Who marked a row as a mistake, when and why. It cannot be undone: the right data is entered again."""

    voided_at = models.DateTimeField(gettext_lazy("void since"), null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        "clinic.Membership",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=gettext_lazy("voided by"),
    )
    void_reason = models.CharField(gettext_lazy("why void"), max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_void(self) -> bool:
        """Whether it is void and so counts nowhere."""
        return self.voided_at is not None


def void_says_why(name: str) -> models.CheckConstraint:
    """The constraint of every voidable table: void with who, when and why, or not void at all."""
    return models.CheckConstraint(
        condition=Q(voided_at=None, voided_by=None, void_reason="")
        | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
        name=name,
    )


def required_reason(reason: str) -> str:
    """The reason for a change that stays on file; ValidationError if it is empty."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Say why. The reason stays on file.")})
    return reason[:300]


def void_rows(rows: models.QuerySet[Any], *, reason: str, by: Membership, at: datetime) -> int:
    """Mark rows as void; rows that are void already keep who voided them. Returns how many changed."""
    return rows.filter(voided_at=None).update(voided_at=at, voided_by=by, void_reason=reason)
