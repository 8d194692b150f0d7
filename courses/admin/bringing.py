"""Patients and past courses brought along from a file: upload, columns, preview, import, undo; and the export."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.forms import ReasonForm
from courses.bringing.exporting import exported_tables, stream_export
from courses.bringing.file_choices import Choices
from courses.bringing.forms import ColumnsForm, StartForm, UploadForm
from courses.bringing.found import found_lines
from courses.bringing.reading import BadFile
from courses.bringing.running import choose, discard, first_rows, start, upload
from courses.bringing.undoing import CannotUndo, undo_import, what_prevents_undoing
from courses.models import HistoryImport

VIEW, ADD, CHANGE = (f"courses.{action}_historyimport" for action in ("view", "add", "change"))
EXPORT = "courses.export_clinic"


@admin.register(HistoryImport)
class HistoryImportAdmin(ClinicScopedAdmin):
    """An import is made by uploading, and shown by how far it is."""

    change_list_template = "courses/admin/import_list.html"
    list_display = ("uploaded_at", "uploaded_by", "state", "n_new", "n_sessions", "n_refused")
    list_select_related = ("uploaded_by__user",)
    empty_text = gettext_lazy("No import yet. Upload a spreadsheet of patients or past sessions.")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the files."""
        rows: Any = super().get_queryset(request)
        return rows.light()

    @admin.display(description=gettext_lazy("new patients"))
    def n_new(self, row: HistoryImport) -> Any:
        """What was found."""
        return row.found.get("n_new")

    @admin.display(description=gettext_lazy("sessions"))
    def n_sessions(self, row: HistoryImport) -> Any:
        """What was found."""
        return row.found.get("n_sessions")

    @admin.display(description=gettext_lazy("refused lines"))
    def n_refused(self, row: HistoryImport) -> Any:
        """What was found."""
        return row.found.get("n_refused")

    def get_urls(self) -> list[URLPattern]:
        """The steps."""
        ways = (
            ("export/", self.export, "export"),
            ("<int:pk>/columns/", self.columns, "columns"),
            ("<int:pk>/start/", self.start, "start"),
            ("<int:pk>/discard/", self.discard, "discard"),
            ("<int:pk>/undo/", self.undo, "undo"),
            ("<int:pk>/refused/", self.refused, "refused"),
            ("<int:pk>/progress/", self.progress, "progress"),
        )
        own = [
            path(way, self.admin_site.admin_view(view), name=f"courses_historyimport_{name}")
            for way, view, name in ways
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The imports so far."""
        more = {"may_export": request.user.has_perm(EXPORT), **(extra_context or {})}
        return super().changelist_view(request, more)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Upload a file; nothing of it is imported yet."""
        by = self.require(request, ADD)
        form = UploadForm(_sent(request), request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["upload"]
            try:
                row, is_new = upload(by.clinic, file.read(), file_name=file.name or "", by=by, at=timezone.now())
            except BadFile as refused:
                form.add_error("upload", str(refused))
            else:
                if not is_new:
                    messages.info(request, _("This file was uploaded before. This is the import it belongs to."))
                return self._to(row, "columns" if is_new else "change")
        context = {"form": form, "title": _("Import patients and past courses")}
        return self._page(request, "courses/admin/import_upload.html", context, is_refused=form.is_bound)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far it is, and what can be done next."""
        row: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return self._show(request, row)

    def columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What each column means."""
        by = self.require(request, CHANGE)
        row = self.row(request, pk)
        before = Choices.of_json(row.choices) if row.choices else None
        try:
            table = first_rows(row) if row.state in {"uploaded", "checked", "failed"} else None
        except BadFile:
            # Its file was deleted a moment ago.
            table = None
        if table is None:
            return self._unchanged(request, row)
        form = ColumnsForm(_sent(request), clinic=by.clinic, table=table, before=before)
        if request.method == "POST" and form.is_valid():
            return self._to(row, "change") if choose(row, form.chosen()) else self._unchanged(request, row)
        context = {"form": form, "row": row, "table": table, "title": _("What the columns mean")}
        return self._page(request, "courses/admin/import_columns.html", context, is_refused=form.is_bound)

    def start(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import; a second press starts nothing."""
        by = self.require(request, CHANGE)
        row = self.row(request, pk)
        form = StartForm(_sent(request), row=row)
        if request.method == "POST" and form.is_valid():
            try:
                is_partial = bool(form.cleaned_data.get("is_partial"))
                if form.is_stale or not start(row, is_partial=is_partial, by=by):
                    messages.info(request, self._why_not_started(row))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return self._to(row, "change")

    def _why_not_started(self, row: HistoryImport) -> str:
        state = HistoryImport.objects.values_list("state", flat=True).get(pk=row.pk)
        return {
            "importing": _("This import is already running."),
            "imported": _("This import is already finished."),
            "checked": _("Not started: the file was checked again. Read below what would be imported now."),
        }.get(state, _("The import was not started: somebody changed it meanwhile. See its state below."))

    def _unchanged(self, request: HttpRequest, row: HistoryImport) -> HttpResponse:
        """To the import, with a word to whoever sent a form from a page that is out of date."""
        if request.method == "POST":
            messages.info(
                request,
                _("Your last step was not done: this page was out of date. See the state of the import below."),
            )
        return self._to(row, "change")

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete the file."""
        self.require(request, CHANGE)
        row = self.row(request, pk)
        if request.method == "POST":
            if not discard(row):
                return self._unchanged(request, row)
            messages.success(request, _("The file was deleted. Nothing of it was imported."))
        return self._to(row, "change")

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away all that it wrote, with a reason."""
        by = self.require(request, CHANGE)
        row = self.row(request, pk)
        form = ReasonForm(_sent(request))
        if request.method == "POST" and form.is_valid():
            try:
                is_done = undo_import(row, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
            except CannotUndo:
                return self._show(request, row, undo_form=form, status=409)
            if not is_done:
                return self._unchanged(request, row)
            messages.success(
                request, _("Import undone. The patients, courses and sessions that it added were deleted.")
            )
            return self._to(row, "change")
        if request.method != "POST":
            return self._to(row, "change")
        return self._show(request, row, undo_form=form, status=422)

    def refused(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The refused lines as a file."""
        self.require(request, CHANGE)
        row = self.row(request, pk)
        if not row.refused:
            raise Http404
        response = HttpResponse(bytes(row.refused), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-{row.pk}.csv"'
        response["Cache-Control"] = "private, no-store"
        return response

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the worker is, for the page's script."""
        self.require(request, VIEW)
        row = self.row(request, pk)
        return JsonResponse({"state": row.state, "n_done": row.n_done, "n_total": row.n_total})

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Everything of the clinic as a zip of CSV files."""
        by = self.require(request, EXPORT)
        if request.method == "POST":
            self.log_export(request)
            return stream_export(by.clinic, at=timezone.now())
        context = {"tables": exported_tables(), "title": _("Export all data")}
        return self.page(request, "courses/admin/export.html", context)

    def log_export(self, request: HttpRequest) -> None:
        """Who took everything out, and when, stays on file."""
        self.log_change(request, active_membership(request.user).clinic, _("All data exported"))

    def _show(
        self, request: HttpRequest, row: HistoryImport, *, undo_form: ReasonForm | None = None, status: int = 200
    ) -> HttpResponse:
        is_imported = row.state == HistoryImport.State.IMPORTED
        context = {
            "row": row,
            "found": found_lines(row.found, is_undone=row.state == HistoryImport.State.UNDONE),
            "start_form": StartForm(row=row) if row.state == HistoryImport.State.CHECKED else None,
            "undo_form": (undo_form or ReasonForm()) if is_imported else None,
            "changed": what_prevents_undoing(row) if is_imported else [],
            "has_refused_file": bool(row.refused),
            "title": row,
        }
        response = self.page(request, "courses/admin/import.html", context)
        response.status_code = status
        return response

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, is_refused: bool
    ) -> HttpResponse:
        response = self.page(request, template, context)
        response.status_code = 422 if is_refused else 200
        return response

    def _to(self, row: HistoryImport, where: str) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:courses_historyimport_{where}", args=[row.pk]))


def _sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; none where a page is only opened."""
    return request.POST if request.method == "POST" else None
