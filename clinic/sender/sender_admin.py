"""The page on which a clinic enters its own sender address, and checks what its domain says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import ClinicSender, Membership
from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, settle, stamp
from clinic.screen import Screen
from clinic.sender.from_header import from_header
from clinic.sender.record_words import lines_of
from clinic.sender.records import Finding, State
from clinic.sender.sender_form import SenderForm
from clinic.sender.verifying import check_now, enter_address, installation_address, own_sender, records_of


class SenderPage:
    """Enter and check, bound to the clinic's admin."""

    def __init__(self, clinic_admin: Screen) -> None:
        self.admin = clinic_admin

    def view(self, request: HttpRequest) -> HttpResponse:
        """The address and the records; a refused address is shown as it was typed."""
        by = self.admin.require(request, "clinic.change_clinic")
        if request.method != "POST":
            return self._show(request, by)
        stored = own_sender(by.clinic)
        now = {"address": stored.address if stored else ""}
        form, _is_free = settle(
            lambda data: SenderForm(data, initial=now), request.POST, who=lambda _label: _entered_by(stored)
        )
        if form.is_valid():
            try:
                sender = enter_address(by.clinic, form.cleaned_data["address"], by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error("address", error)
            else:
                self._tell(request, by, sender, is_changed=now["address"] != (sender.address if sender else ""))
                return self._back()
        return self._show(request, by, form=form)

    def check(self, request: HttpRequest) -> HttpResponse:
        """Ask the DNS now, and say what came of it."""
        by = self.admin.require(request, "clinic.change_clinic")
        sender = own_sender(by.clinic)
        if request.method == "POST" and sender is not None:
            try:
                findings = check_now(sender, at=timezone.now())
            except ValidationError as error:
                messages.warning(request, " ".join(error.messages))
            else:
                _tell_found(request, findings)
        return self._back()

    def _show(self, request: HttpRequest, by: Membership, *, form: SenderForm | None = None) -> HttpResponse:
        sender = own_sender(by.clinic)
        now = {"address": sender.address if sender else ""}
        in_use = sender.address if sender and sender.is_in_use else installation_address()
        context: dict[str, Any] = {
            OPENED: stamp({MAIN: SenderForm(initial=now)}, at=timezone.now()),
            "title": _("Sender of emails"),
            "form": form or SenderForm(initial=now),
            "sender": sender,
            "clinic": by.clinic,
            "shown_from": from_header(by.clinic.name, in_use),
            "staff_from": from_header(by.clinic.name, installation_address()),
            "lines": lines_of(records_of(sender), [Finding.read(one) for one in sender.findings])
            if sender
            else [],
        }
        response = self.admin.page(request, "clinic/admin/sender.html", context)
        response.status_code = 422 if form is not None else 200
        return response

    def _tell(
        self, request: HttpRequest, by: Membership, sender: ClinicSender | None, *, is_changed: bool
    ) -> None:
        if is_changed:
            self.admin.log_change(request, by.clinic, [{"changed": {"fields": [str(_("sender address"))]}}])
        if sender is None:
            messages.success(request, _("Emails are sent from this installation's address."))
        elif sender.is_in_use:
            messages.info(request, _("Nothing changed: this address is verified already."))
        else:
            messages.success(request, _("Address saved. Add the DNS records below, then check them."))

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:clinic_clinic_sender"))


def _entered_by(sender: ClinicSender | None) -> tuple[str, datetime] | None:
    return (str(sender.entered_by), sender.entered_at) if sender else None


def _tell_found(request: HttpRequest, findings: list[Finding]) -> None:
    n_open = sum(finding.state != State.FOUND for finding in findings)
    if not n_open:
        messages.success(request, _("All records were found. Emails to patients are sent from your address."))
        return
    words = _("%(n)d of %(all)d records could not be confirmed. Each is explained below.")
    messages.warning(request, words % {"n": n_open, "all": len(findings)})
