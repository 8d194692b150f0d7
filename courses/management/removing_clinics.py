"""Removing a clinic that was made by mistake: only one that never had a patient.

What is removed is found over the models' relations, so that a new table counts from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection, models, transaction

from clinic.models import AccountEvent, Clinic, Membership, User
from patients.models import Patient


@dataclass(frozen=True)
class Removal:
    """What removing a clinic would take away, by the name of the rows; and what forbids it."""

    rows: dict[str, int]
    accounts: tuple[User, ...]
    staying: tuple[User, ...]
    obstacles: tuple[str, ...]


def clinical_models() -> set[type[models.Model]]:
    """Patients, and every table with a row that points to one, directly or through others."""
    found: set[type[models.Model]] = {Patient}
    while more := {model for model in _models() if model not in found and _targets(model) & found}:
        found |= more
    return found


@cache
def clinic_paths() -> dict[type[models.Model], str]:
    """The way to its clinic of each table without rows of patients, dependents first."""
    paths: dict[type[models.Model], str] = {}
    left = [model for model in _models() if model not in clinical_models() and model not in {Clinic, User}]
    while more := {model: path for model in left if model not in paths and (path := _path(model, paths))}:
        paths |= more
    return {model: paths[model] for model in _dependents_first(set(paths))}


def plan_removal(clinic: Clinic) -> Removal:
    """What would go, and what prevents it; nothing is written."""
    counts = {model: _rows(clinic, model).count() for model in clinic_paths()}
    members = Membership.objects.for_clinic(clinic).values("user")
    users = User.objects.filter(pk__in=members).order_by("pk")
    elsewhere = Membership.objects.all_clinics().exclude(clinic=clinic).values("user")
    own_history = AccountEvent.objects.exclude(clinic=clinic).values("user")
    accounts = users.filter(last_login=None).exclude(pk__in=elsewhere).exclude(pk__in=own_history)
    return Removal(
        rows={str(model._meta.verbose_name_plural): n for model, n in counts.items() if n},
        accounts=tuple(accounts),
        staying=tuple(users.exclude(pk__in=accounts)),
        obstacles=tuple(_obstacles(clinic, accounts)),
    )


@transaction.atomic
def remove_clinic(clinic: Clinic) -> Removal:
    """Take the clinic away with everything that was set up in it; its plan says why where that is refused."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    plan = plan_removal(clinic)
    if plan.obstacles:
        return plan
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('clinic.removing', %s, true)", [str(clinic.pk)])
    Membership.objects.for_clinic(clinic).update(supervisor=None)
    for model in clinic_paths():
        rows = _rows(clinic, model)
        rows._raw_delete(rows.db)
    clinic.delete()
    for user in plan.accounts:
        user.delete()
    return plan


def _obstacles(clinic: Clinic, going: models.QuerySet[User]) -> Iterator[str]:
    n_test = Patient.objects.for_clinic(clinic).filter(is_training=True).count()
    for model in sorted(clinical_models(), key=lambda one: one._meta.label):
        path = "clinic" if "clinic" in _links(model) else ""
        n = model._base_manager.filter(**{path: clinic}).count() if path else 0
        if n:
            aside = f" ({_number(n_test, 'test patient')} among them)" if model is Patient and n_test else ""
            yield f"{_number(n, str(model._meta.verbose_name), str(model._meta.verbose_name_plural))}{aside}"
    n = clinic.practice_clinics.count()
    if n:
        yield f"{_number(n, 'practice clinic')} beside it"
    n = AccountEvent.objects.filter(clinic=clinic).exclude(user__in=going).count()
    if n:
        yield f"{_number(n, 'change', 'changes')} of accounts that people keep"


def _number(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _rows(clinic: Clinic, model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._base_manager.filter(
        pk__in=model._base_manager.filter(**{clinic_paths()[model]: clinic}).values("pk")
    )


def _models() -> list[type[models.Model]]:
    configs = [apps.get_app_config(label) for label in ("clinic", "patients", "courses")]
    return [model for config in configs for model in config.get_models(include_auto_created=True)]


def _links(model: type[models.Model]) -> dict[str, type[models.Model]]:
    return {
        field.name: field.related_model
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type)
    }


def _targets(model: type[models.Model]) -> set[type[models.Model]]:
    return set(_links(model).values())


def _path(model: type[models.Model], known: dict[type[models.Model], str]) -> str:
    """The field that names the clinic, or the way over a row that does."""
    links = _links(model)
    if direct := next((name for name, target in links.items() if target is Clinic), ""):
        return direct
    return next((f"{name}__{known[target]}" for name, target in links.items() if target in known), "")


def _dependents_first(left: set[type[models.Model]]) -> Iterator[type[models.Model]]:
    while left:
        pointed_at = {target for model in left for target in _targets(model) if target is not model}
        free = sorted(left - pointed_at, key=lambda model: model._meta.label)
        if not free:
            raise LookupError(f"these tables point at one another: {left}")
        yield from free
        left = left - set(free)
