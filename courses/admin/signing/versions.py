"""A new version of a red flag: made by a lead, and confirmed by a second person where it is less urgent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.signing.newer import is_stale, meet_newer, since_shown
from courses.flag_list.versions import (
    FlagWords,
    Overtaken,
    change_flag,
    confirm_proposal,
    least_level,
    may_change,
    shipped_levels,
    withdraw_proposal,
)
from courses.models import Level, RedFlag, RedFlagProposal


class FlagForm(forms.Form):
    """The question, its level, and what each answer makes of it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    wording = forms.CharField(
        label=gettext_lazy("Question"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Level.choices)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def __init__(self, data: Any, *, flag: RedFlag) -> None:
        self.flag = flag
        initial = {
            "version": flag.version,
            "wording": flag.wording,
            "level": flag.level,
            "follow_up": flag.follow_up,
        }
        super().__init__(data, initial=initial)
        if not flag.follow_up_levels:
            return
        self.fields["level"].label = _("Level without an answer")
        self.fields["follow_up"] = forms.CharField(label=_("Follow-up question"), max_length=300)
        for place, one in enumerate(flag.follow_up_levels):
            self.fields[f"words_{place}"] = forms.CharField(
                label=_("Answer %(number)d") % {"number": place + 1}, max_length=200, initial=one["wording"]
            )
            self.fields[f"level_{place}"] = forms.ChoiceField(
                label=_("Level of answer %(number)d") % {"number": place + 1},
                choices=Level.choices,
                initial=one["level"],
            )
        self.order_fields(["version", "wording", "level", "follow_up", *self._answer_names(), "reason"])

    def _answer_names(self) -> list[str]:
        places = range(len(self.flag.follow_up_levels))
        return [f"{what}_{place}" for place in places for what in ("words", "level")]

    def words(self) -> FlagWords:
        """What a valid form says."""
        values = self.cleaned_data
        answers = [
            {**one, "wording": values[f"words_{place}"], "level": values[f"level_{place}"]}
            for place, one in enumerate(self.flag.follow_up_levels)
        ]
        return FlagWords(
            values["wording"].strip(),
            values["level"],
            values.get("follow_up", "").strip(),
            answers,
            values["reason"].strip(),
        )

    def refuse(self, error: ValidationError) -> None:
        """What the rules of versions say, beside its field."""
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, words in found.items():
            self.add_error(name if name in self.fields else None, words)


class FlagVersions:
    """The views, bound to the red flag admin whose rows they may see."""

    def __init__(self, flag_admin: ClinicScopedAdmin) -> None:
        self.admin = flag_admin

    def new_version(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form; what was typed is kept where somebody else was quicker."""
        by, at = self.admin.require(request, "courses.change_redflag"), timezone.now()
        asked = get_object_or_404(RedFlag.objects.visible_to(by), pk=pk)
        if not may_change(by, on=by.clinic.local(at).date()):
            raise PermissionDenied
        versions = RedFlag.objects.for_clinic(by.clinic).filter(code=asked.code)
        current = versions.current().select_related("clinic").get()
        if request.method != "POST":
            return self._show(request, FlagForm(None, flag=current))
        if is_stale(request.POST, current):
            newer = meet_newer(_form_of, request.POST, since_shown(versions, request.POST))
            return self._show(request, newer.form, changes=newer.changes, status=409)
        form = FlagForm(request.POST, flag=current)
        if not form.is_valid():
            return self._show(request, form, status=422)
        try:
            made = change_flag(current, form.words(), by=by, at=at)
        except ValidationError as error:
            form.refuse(error)
            return self._show(request, form, status=422)
        except Overtaken:
            # By somebody else, a moment ago.
            return self.new_version(request, pk)
        _tell(request, made, current)
        return _to_page()

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The second person confirms, or one of the two withdraws."""
        by, at = self.admin.require(request, "courses.view_redflag"), timezone.now()
        rows = RedFlagProposal.objects.for_clinic(by.clinic).select_related("based_on", "proposed_by", "clinic")
        proposal = get_object_or_404(rows, pk=pk)
        if request.method != "POST":
            return _to_page()
        try:
            if "withdraw" in request.POST:
                withdraw_proposal(proposal, by=by, at=at)
                messages.success(request, _("Withdrawn. The version in force stays."))
            elif "confirm" in request.POST:
                made = confirm_proposal(proposal, by=by, at=at)
                sentence = _("Confirmed. Version %(version)d is in force.")
                messages.success(request, sentence % {"version": made.version})
            else:
                messages.error(request, _("Nothing was changed. Press “Confirm this version” to confirm it."))
        except Overtaken:
            messages.error(
                request, _("Somebody settled this meanwhile, or made another version. Nothing was changed.")
            )
        return _to_page()

    def _show(self, request: HttpRequest, form: FlagForm, *, changes: Any = (), status: int = 200) -> HttpResponse:
        flag = form.flag
        shipped = shipped_levels(flag.clinic, flag.code)
        member = active_membership(request.user)
        context = {
            "form": form,
            "flag": flag,
            "shipped": least_level(flag.clinic, flag.code).label,
            "shipped_answers": [(answer.wording, Level(answer.level.value).label) for answer in shipped.answers],
            "waiting": RedFlagProposal.objects.for_clinic(member.clinic)
            .filter(code=flag.code, outcome="")
            .first(),
            "changes": changes,
            "title": _("New version of a red flag"),
        }
        response = self.admin.page(request, "courses/admin/red_flag_version.html", context)
        response.status_code = status
        return response


def _form_of(flag: RedFlag, data: QueryDict | None) -> FlagForm:
    return FlagForm(data, flag=flag)


def _tell(request: HttpRequest, made: RedFlag | RedFlagProposal, current: RedFlag) -> None:
    if isinstance(made, RedFlag):
        messages.success(request, _("Version %(version)d is in force.") % {"version": made.version})
        return
    sentence = _("Version %(version)d stays in force until a second person confirms yours on the sign-off page.")
    messages.warning(request, sentence % {"version": current.version})


def _to_page() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:clinic_signoffevent_changelist"))
