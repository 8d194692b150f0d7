"""Hand a practitioner's courses over to a colleague."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.admin import ClinicScopedAdmin
from clinic.country.shown import shown_short_weekday_moment
from clinic.lists.choices import LabelledMultipleChoiceField
from clinic.models import Membership
from clinic.typed.asked import asked, one_of
from courses.models import Course, HandOver
from courses.plans.forms import clinicians
from courses.plans.handing_over import HandedOver, hand_over, other_content


class HandOverForm(forms.Form):
    """Which courses go to whom, and why."""

    to = forms.ModelChoiceField(
        Membership.objects.none(), label=gettext_lazy("To"), empty_label=gettext_lazy("choose")
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Shown on the course page. For example: parental leave until May."),
    )
    courses = LabelledMultipleChoiceField(
        Course.objects.none(),
        label=gettext_lazy("Courses"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick the courses to hand over.")},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, member: Membership, courses: Any, ticked: str) -> None:
        # A course that somebody handed over while the page was open is not ticked.
        wanted = [course.pk for course in courses if not ticked or str(course.pk) == ticked]
        initial = {"courses": wanted, "form_key": uuid.uuid4()}
        super().__init__(data, initial=initial)
        self.fields["courses"].queryset = courses  # type: ignore[attr-defined]
        self.fields["to"].queryset = clinicians(member.clinic).exclude(pk=member.pk)  # type: ignore[attr-defined]


def _sent_before(data: Any, by: Membership) -> list[HandOver]:
    """What was already handed over with this form: these courses no longer belong to this member."""
    try:
        key = uuid.UUID(data.get("form_key", ""))
    except ValueError:
        return []
    return list(HandOver.objects.visible_to(by).filter(form_key=key).select_related("to_member__user"))


def _is_the_same(data: Any, before: list[HandOver]) -> bool:
    """Whether this is a second click with the same content, which is no error."""
    done = {(str(one.course_id), str(one.to_member_id), one.reason) for one in before}
    to, reason = data.get("to", ""), data.get("reason", "").strip()
    return done == {(course, to, reason) for course in data.getlist("courses")}


def _ticked(request: HttpRequest, courses: Any) -> str:
    """The course in `?course=`. For an unknown one, show a message and tick nothing, rather than all."""
    asked(request, "course", lambda typed: one_of({str(one.pk) for one in courses})(typed))
    return request.GET.get("course", "")


class HandOvers:
    """The view, bound to the course admin whose rows it may see."""

    def __init__(self, course_admin: ClinicScopedAdmin) -> None:
        self.admin = course_admin

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All open courses of one member, ticked; only the one in `?course=` when coming from its page."""
        by = self.admin.require(request, "courses.hand_over")
        member = get_object_or_404(Membership.objects.visible_to(by).select_related("user", "clinic"), pk=pk)
        courses = Course.objects.visible_to(by).open().filter(practitioner=member)
        courses = courses.select_related("patient", "practitioner__user")
        courses = courses.order_by("patient__family_name", "patient__given_name", "pk")
        data = request.POST if request.method == "POST" else None
        form = HandOverForm(data, member=member, courses=courses, ticked=_ticked(request, courses))
        before = _sent_before(data, by) if data is not None else []
        if before and _is_the_same(data, before):
            again = _(
                "This form was already sent and saved once. To hand over other courses, open the form "
                "again. Check the bookings."
            )
            messages.warning(request, again)
            return HttpResponseRedirect(reverse("admin:courses_course_changelist"))
        if before:
            form.add_error(None, other_content(before))
        if data is not None and form.is_valid():
            try:
                done = hand_over(**form.cleaned_data, by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                self._tell(request, done, to=form.cleaned_data["to"])
                return HttpResponseRedirect(self._after(form.cleaned_data["courses"], to=form.cleaned_data["to"]))
        context = {"form": form, "member": member, "courses": courses, "title": _("Hand over courses")}
        response = self.admin.page(request, "courses/admin/hand_over.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def _tell(self, request: HttpRequest, done: HandedOver, *, to: Membership) -> None:
        sentence = ngettext(
            "%(n)d course handed over to %(name)s.", "%(n)d courses handed over to %(name)s.", done.n_courses
        )
        words = [sentence % {"n": done.n_courses, "name": to}]
        if done.n_bookings:
            booked = ngettext(
                "%(n)d booking was handed over too.", "%(n)d bookings were handed over too.", done.n_bookings
            )
            words.append(booked % {"n": done.n_bookings})
        messages.success(request, " ".join(words))
        for one in done.staying:
            starts_at = shown_short_weekday_moment(one.clinic.local(one.starts_at))
            values = {"patient": one.course.patient, "at": starts_at, "old": one.practitioner, "name": to}
            stays = _("%(patient)s, %(at)s stays with %(old)s: %(name)s cannot take it. Move it or cancel it.")
            messages.warning(request, stays % values)

    def _after(self, courses: Any, *, to: Membership) -> str:
        """Redirect to the course if there was only one, otherwise to the colleague's courses."""
        if len(courses) == 1:
            return reverse("admin:courses_course_change", args=[courses[0].pk])
        return f"{reverse('admin:courses_course_changelist')}?practitioner__id__exact={to.pk}"
