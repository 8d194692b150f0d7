"""The page that voids a record of a patient's file."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.forms import ReasonForm
from patients.screens.file_views import FileViews
from patients.voiding import WARNINGS, record_in, void_record


class VoidRecord:
    """The view, bound to the patient admin whose rows it may see."""

    def __init__(self, patient_admin: FileViews) -> None:
        self.admin = patient_admin

    def view(self, request: HttpRequest, pk: int, what: str, number: int) -> HttpResponse:
        """Void a record that was entered in the wrong file, or twice."""
        by = self.admin.require(request, "patients.correct_file")
        patient = self.admin.row(request, pk)
        record = record_in(patient, what, number)
        if record is None:
            raise Http404
        if record.is_void:
            # The form was sent twice, or the page is out of date.
            messages.info(request, _("%(who)s voided this already.") % {"who": record.voided_by})
            return self.admin.to_patient(patient)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                void_record(patient, kind=what, number=number, reason=reason, by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
            else:
                messages.success(request, _("Marked as void. It stays on file and is not counted."))
                return self.admin.to_patient(patient)
        name = str(record._meta.verbose_name)
        context = {
            "form": form,
            "patient": patient,
            "what": f"{name}: {record}",
            "warning": WARNINGS[what],
            "title": _("Void: %(what)s") % {"what": name},
            "action": _("Void record"),
        }
        response = self.admin.page(request, "courses/admin/void_entry.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response
