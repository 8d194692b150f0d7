"""The patient's page with data from the courses."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.people.lacking import licence_gap
from clinic.typed.asked import asked
from courses.admin.person.intake import RIGHT as INTAKE_RIGHT
from courses.admin.person.intake import IntakeFlow, to_step
from courses.admin.person.merge import Merging, open_merges
from courses.admin.visit.late_flags import keeps_flags, of_patient
from courses.alerts.after_correction import withdraw_report
from courses.alerts.forms import WithdrawForm
from courses.models import Course, Protocol, RedFlag
from courses.plans.archiving import still_open
from courses.plans.course_state import care_fact, withdrawn_reports
from courses.plans.lifecycle import plan_course
from courses.plans.start_forms import PlanForm, treating
from courses.plans.starting import offers
from courses.plans.whom_to_ask import whom_to_ask
from courses.sessions.forms import RedFlagReportForm
from courses.sessions.red_flags.recording import report_red_flags, reports_of_form
from courses.sessions.saved_words import instruction
from patients.admin import PatientAdmin
from patients.correction_words import file_correction_words
from patients.identity.merging import survivor
from patients.models import Consent, Patient
from patients.patient_file import clearance_of
from patients.progress import Step, intake_progress, next_undone
from patients.voiding import void_records
from patients.wording import READING_RIGHT, VERDICTS, ask_words, reason_texts


@admin.register(Patient)
class CoursePatientAdmin(PatientAdmin):
    """Contact details, clearance, courses; every member can report a red flag."""

    change_form_template = "patients/admin/patient.html"

    def get_urls(self) -> list[URLPattern]:
        """Pages to report or withdraw a red flag, for the intake, and to start a course."""
        intake, merging = IntakeFlow(self), Merging(self)
        own = [
            path("<int:pk>/intake/", self.admin_site.admin_view(intake.resume), name="patients_patient_intake"),
            path(
                "<int:pk>/intake/<slug:step>/",
                keeps_flags(self.admin_site.admin_view(intake.step), of_patient),
                name="patients_patient_intake_step",
            ),
            path(
                "<int:pk>/red-flag/",
                keeps_flags(self.admin_site.admin_view(self.red_flag), of_patient),
                name="patients_patient_red_flag",
            ),
            path(
                "<int:pk>/red-flag/<uuid:report>/withdraw/",
                self.admin_site.admin_view(self.withdraw),
                name="patients_patient_withdraw",
            ),
            path("<int:pk>/merge/", self.admin_site.admin_view(merging.view), name="patients_patient_merge"),
            path(
                "<int:pk>/merge/<uuid:merge>/undo/",
                self.admin_site.admin_view(merging.undo),
                name="patients_patient_undo_merge",
            ),
            path(
                "<int:pk>/start-course/",
                self.admin_site.admin_view(self.start_course),
                name="patients_patient_start",
            ),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The patient's page; for a merged record, a link to the record it was merged into."""
        if object_id.isdecimal() and len(object_id) < 19:
            patient = self.record_itself(request, int(object_id))
            if patient.merged_into_id:
                return Merging(self).pointer(request, patient, survivor(patient))
        return super().change_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add what the page shows beside the contact details."""
        patient = kwargs.get("obj")
        if patient is None:
            context["steps"] = intake_progress(None, here=Step.PERSON)
        else:
            context |= self._file(request, patient)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Continue with the assessment of a new person, if the user may record one."""
        if request.user.has_perm(INTAKE_RIGHT):
            return to_step(obj, next_undone(obj))
        sentence = _(
            "On file. A practitioner records the diagnosis and starts the course; then a visit can be booked."
        )
        messages.success(request, sentence)
        return self.to_patient(obj)

    def before_archiving(self, request: HttpRequest, patient: Patient) -> HttpResponse | None:
        """Ask while a course, a visit or an alert is open; refuse while a red flag is open."""
        at = timezone.now()
        left = still_open(patient, at=at)
        if not left.is_anything or (request.POST.get("seen") == left.seen and not left.red_flags):
            return None
        context = {
            "patient": patient,
            "left": left,
            "may_read": request.user.has_perm(READING_RIGHT),
            "ask": ask_words(whom_to_ask(patient.clinic, next(iter(left.courses), None), at=at)),
            "title": _("Archive patient"),
        }
        response = self.page(request, "patients/admin/archive.html", context)
        response.status_code = 409
        return response

    def red_flag(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Report a red flag from a phone call. People who may not read clinical rows can still write it."""
        by = self.require(request, "courses.report_red_flag")
        patient = self.row(request, pk)
        flags = RedFlag.objects.for_clinic(patient.clinic).current()
        # The patient is preselected as the caller, because that is nearly always true.
        form = RedFlagReportForm(request.POST or None, flags=flags, initial={"caller": _("the patient")})
        context = {"form": form, "patient": patient, "title": _("Report a red flag")}
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            course = patient.courses.open().first() or patient.courses.first()
            new = report_red_flags(
                patient=patient,
                course=course,
                flags=form.ticked(values),
                form_key=values["form_key"],
                caller=values["caller"],
                note=values["note"],
                by=by,
                at=timezone.now(),
            )
            # The same form sent twice shows the same instruction.
            levels = sorted(report.level for report in reports_of_form(patient, values["form_key"]))
            context |= {
                "levels": levels,
                "instruction": instruction(levels[0]) if levels else "",
                # Includes red flags that this form reported before.
                "reports": reports_of_form(patient, values["form_key"]),
                "is_new": bool(new),
                "is_saved": True,
            }
            return self.page(request, "courses/admin/red_flag_saved.html", context)
        response = self.page(request, "courses/admin/red_flag.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def withdraw(self, request: HttpRequest, pk: int, report: UUID) -> HttpResponse:
        """Withdraw a red flag that was ticked by mistake."""
        by = self.require(request, "courses.resolve_alert")
        patient = self.row(request, pk)
        found = get_object_or_404(patient.red_flag_reports, uuid=report)
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                event = withdraw_report(found, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
            else:
                messages.success(request, _("Report withdrawn. The alert stays open until you resolve it here."))
                return HttpResponseRedirect(reverse("admin:courses_alert_change", args=[event.alert_id]))
        context = {
            "form": form,
            "patient": patient,
            "title": found.said,
            "action": _("Withdraw report"),
        }
        response = self.page(request, "patients/admin/record.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def start_course(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start a course: choose a fitting preset, change its plan if needed, then book appointments."""
        by = self.require(request, "courses.add_course")
        patient = self.row(request, pk)
        on = timezone.localdate()
        # Whoever is chosen: that a visit cannot be booked is known before the plan is made.
        gaps = [licence_gap(one, on=on, reader=by) for one in treating(patient.clinic)]
        offered = offers(patient, on=on)
        by_code = {one.protocol.code: one.protocol for one in offered}
        chosen = asked(request, "protocol", by_code.get) or next(iter(by_code.values()), None)
        form = PlanForm(request.POST or None, patient=patient, initial=_plan(chosen, request, on=on))
        if request.method == "POST" and form.is_valid():
            try:
                course = plan_course(patient=patient, **form.cleaned_data)
                messages.success(request, _("The course is planned."))
                return HttpResponseRedirect(reverse("admin:courses_course_schedule", args=[course.pk]))
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
        context = {
            "form": form,
            "patient": patient,
            "offers": offered,
            "chosen": chosen,
            "lacks": [gap for gap in gaps if gap],
            "title": _("Start a course"),
        }
        response = self.page(request, "patients/admin/start_course.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def _file(self, request: HttpRequest, patient: Patient) -> dict[str, Any]:
        latest = patient.consents.latest_each().values_list("stream", "is_given", "pk")
        consents = {stream: (is_given, pk) for stream, is_given, pk in latest}
        context: dict[str, Any] = {
            "patient": patient,
            "consents": [(label, *consents.get(stream, (None, None))) for stream, label in Consent.Stream.choices],
            "courses": list(patient.courses.select_related("practitioner__user", "protocol")),
            "is_clinical": request.user.has_perm("courses.view_course"),
            "contact_changes": list(patient.contact_changes.select_related("changed_by__user")[:20]),
            "merges": open_merges(patient) if request.user.has_perm("patients.view_patientmerge") else [],
        }
        if not context["is_clinical"]:
            return context
        is_on_hold = patient.courses.filter(status=Course.Status.ON_HOLD).exists()
        clearance = clearance_of(patient, on=timezone.localdate(), care=care_fact(patient, is_on_hold=is_on_hold))
        screening = patient.screenings.prefetch_related("findings__item").first()
        return context | {
            "clearance": clearance,
            "clearance_verdict": VERDICTS[clearance.verdict],
            "clearance_reasons": reason_texts(clearance, to=active_membership(request.user)),
            "assessments": patient.assessments.prefetch_related("imaging"),
            "pain_types": patient.pain_types.select_related("pain_type", "recorded_by__user"),
            "letters": patient.specialist_letters.all(),
            "checks": patient.neuro_checks.all()[:3],
            "screening": screening,
            "reports": patient.red_flag_reports.select_related("flag")[:5],
            "withdrawn": withdrawn_reports(patient),
            "void_records": void_records(patient),
            "corrections": file_correction_words(patient.corrections.select_related("corrected_by__user")[:30]),
        }


def _plan(chosen: Protocol | None, request: HttpRequest, *, on: date) -> dict[str, Any]:
    """The preset's plan in the form."""
    by = active_membership(request.user)
    first: dict[str, Any] = {"starts_on": on, "practitioner": by.pk if by.is_clinician else None}
    if chosen:
        first |= {
            "protocol": chosen.pk,
            "weekly_sessions": ", ".join(map(str, chosen.weekly_sessions)),
            "review_sessions": ", ".join(map(str, chosen.review_sessions)),
        }
    return first
