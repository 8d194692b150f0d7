"""The clinic's settings, with the effects of a new time zone or country on bookings and on patients' pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.access import active_membership
from clinic.admin import ClinicAdmin
from clinic.country.countries import countries, place_of
from clinic.country.phones import validate_emergency_number
from clinic.forms import ClinicForm
from clinic.models import Clinic
from clinic.posting.again import form_again
from clinic.posting.owner import DRAFT, MACHINERY, OPENED
from courses.zones.changing import change_zone
from courses.zones.effects import Foreseen, Keep
from courses.zones.foreseeing import foresee
from courses.zones.forms import KeepForm

ANSWERS = frozenset({"keep", "seen", "number_answer", "_back", "_answered"})


@dataclass(frozen=True)
class Number:
    """Two emergency numbers; one must be chosen."""

    usual: str
    own: str
    country: str
    why_not_own: str
    chosen: str | None


class AsksFirst(Exception):
    """A question must be answered before the settings are saved; all writes so far are rolled back."""

    def __init__(
        self,
        *,
        foreseen: Foreseen | None,
        number: Number | None,
        errors: list[str],
        status: int,
        chosen: str,
    ) -> None:
        super().__init__("an answer is missing")
        self.foreseen, self.number, self.errors = foreseen, number, errors
        self.status, self.chosen = status, chosen


@admin.register(Clinic)
class CourseClinicAdmin(ClinicAdmin):
    """Asks, on a page of its own, what should happen to bookings and to the emergency number."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The settings; the question if one is open; and the settings as typed when going back."""
        if request.method == "POST" and "_back" in request.POST:
            return form_again(
                request, _("Not saved yet"), _("Everything you typed is still here."), page=request.path
            )
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except AsksFirst as asked:
            return self._ask(request, asked)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After all rows are written, apply the new zone to bookings, or ask if that is not confirmed yet."""
        super().save_related(request, form, formsets, change)
        clinic: Clinic = form.instance
        is_moved = place_of(form.zone_before) != place_of(clinic.zone)
        at = timezone.now()
        foreseen = foresee(clinic, old=form.zone_before, at=at) if is_moved else None
        number = _number_of(form)
        if foreseen is None:
            if form.is_number_asked:
                raise self._asks(request, None, number)
            return
        answer = KeepForm(request.POST)
        if form.is_number_asked or not answer.is_valid():
            raise self._asks(request, foreseen, number, answer)
        if answer.cleaned_data["seen"] != foreseen.seen:
            sentence = _("The list has changed since this page was opened. Check it again, then confirm.")
            raise self._asks(request, foreseen, number, answer, errors=[sentence], status=409)
        keep = Keep(answer.cleaned_data["keep"])
        by = active_membership(request.user)
        try:
            changed = change_zone(foreseen, keep=keep, by=by, at=at)
        except ValidationError as refused:
            raise self._asks(request, foreseen, number, answer, errors=refused.messages, status=422) from refused
        _tell(request, changed.n_visits, changed.n_duties, changed.n_reminders, zone=clinic.zone)

    def _asks(
        self,
        request: HttpRequest,
        foreseen: Foreseen | None,
        number: Number | None,
        answer: KeepForm | None = None,
        *,
        errors: list[str] | None = None,
        status: int = 200,
    ) -> AsksFirst:
        """The question; with its errors, if this is already an answer."""
        if errors is None and "_answered" in request.POST:
            status, errors = 422, [_("Choose one of the two.")]
        chosen = answer.data.get("keep", "") if answer is not None else ""
        return AsksFirst(foreseen=foreseen, number=number, errors=errors or [], status=status, chosen=str(chosen))

    def _ask(self, request: HttpRequest, asked: AsksFirst) -> HttpResponse:
        hidden = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in ANSWERS and (name in {OPENED, DRAFT} or name not in MACHINERY)
        ]
        context = {
            "asked": asked,
            "foreseen": asked.foreseen,
            "number": asked.number,
            "hidden": hidden,
            "keeps": [(one.value, one.label) for one in Keep],
            "title": _("Before this is saved"),
        }
        response = self.page(request, "courses/admin/clinic_questions.html", context)
        response.status_code = asked.status
        return response


def _number_of(form: ClinicForm) -> Number | None:
    """The two emergency numbers, if the country changed and nobody typed a number."""
    if not form.usual_number:
        return None
    code = form.instance.country
    try:
        validate_emergency_number(form.number_before, region=code)
        why_not = ""
    except ValidationError as refused:
        why_not = " ".join(refused.messages)
    name = countries()[code].name
    return Number(form.usual_number, form.number_before, name, why_not, form.number_answer)


def _tell(request: HttpRequest, n_visits: int, n_duties: int, n_reminders: int, *, zone: str) -> None:
    parts = [
        ngettext("%(n)d visit was moved", "%(n)d visits were moved", n_visits) % {"n": n_visits},
        ngettext("%(n)d duty was moved", "%(n)d duties were moved", n_duties) % {"n": n_duties},
        ngettext("%(n)d reminder was planned again", "%(n)d reminders were planned again", n_reminders)
        % {"n": n_reminders},
    ]
    sentence = _("The time zone is %(zone)s now. %(what)s.")
    messages.success(request, sentence % {"zone": zone, "what": "; ".join(parts)})
