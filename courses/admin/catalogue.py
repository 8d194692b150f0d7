"""The clinic's catalogues: plans, points, red flags, side effects, measures."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.models import Clinic
from clinic.signing.screens import SignedContentAdmin
from clinic.typed.codes import ChoosesCodes
from clinic.typed.fields import TYPED
from courses.admin.signing.versions import FlagVersions
from courses.models import AdverseEventItem, AftercareMeasure, Measure, MeasureThreshold, Point, Protocol, RedFlag
from courses.points.names import key_of
from courses.sessions.points.catalogue import PointCatalogue
from courses.sessions.treatment_facts import computed_conditions
from patients.concerns import risk_words
from patients.models import PainType, ScreeningItem


@admin.register(Protocol)
class ProtocolAdmin(ChoosesCodes, SignedContentAdmin):
    """Preset plans that the clinic can edit, each with its source."""

    list_display = ("name", "n_sessions", "n_weeks", "is_offered")
    list_filter = ("is_offered", "needs_sign_off")
    # Tick boxes need no script and work with screen readers; the stock picker does not.
    formfield_overrides = {  # type: ignore[misc]  # the admin's own name for it
        **TYPED,
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    prepopulated_fields = {"code": ("name",)}

    def codes_for(self, name: str, clinic: Clinic) -> dict[str, str]:
        """The types of neck pain; none ticked means any."""
        return dict(PainType.objects.filter(clinic=clinic).values_list("code", "name"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Fill in the short name only for a new plan."""
        return {} if obj else super().get_prepopulated_fields(request, obj)


class PointForm(forms.ModelForm[Point]):
    """A point. Its names must not be codes of other points, because such text would match neither point."""

    class Meta:
        model = Point
        fields: ClassVar[Any] = "__all__"

    clinic: ClassVar[Any]

    def clean(self) -> dict[str, Any]:
        """Refuse a code or name that is the code of another point, in any notation."""
        values = super().clean() or {}
        others = Point.objects.filter(clinic=self.clinic).exclude(pk=self.instance.pk)
        codes = {key_of(point.code): point for point in others}
        named = {key_of(name): point for point in others for name in point.names if name}
        own = {"code": [values.get("code") or ""], "other_names": values.get("other_names") or []}
        for field, texts in own.items():
            for text in texts:
                taken = codes.get(key_of(text)) or (named.get(key_of(text)) if field == "code" else None)
                if taken:
                    words = _("“%(text)s” is %(point)s already. Enter another name, or change that point.")
                    self.add_error(field, words % {"text": text, "point": taken})
        return values


@admin.register(Point)
class PointAdmin(ChoosesCodes, SignedContentAdmin):
    """The catalogue of points."""

    form = PointForm
    # Names, which the form compares with those of other points.
    typed_freely = frozenset({"other_names"})
    list_display = ("code", "pinyin", "chinese_name", "place", "risk", "advice")
    list_filter = ("risk", "needs_sign_off")
    search_fields = ("code", "pinyin", "chinese_name", "other_names")

    def codes_for(self, name: str, clinic: Clinic) -> dict[str, str]:
        """The risks that screening questions are about."""
        return risk_words()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Pass the clinic whose list it is to the form."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.clinic = active_membership(request.user).clinic
        return form

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Point], search_term: str
    ) -> tuple[models.QuerySet[Point], bool]:
        """Find points by any of their names."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        codes = PointCatalogue(tuple(queryset)).read(search_term).codes
        return found | queryset.filter(code__in=codes) if codes else found, may_repeat


@admin.register(AftercareMeasure)
class AftercareMeasureAdmin(ChoosesCodes, SignedContentAdmin):
    """What may be given for use at home, and what rules it out."""

    list_display = ("name", "way", "blocked_by", "doctor_first_if", "cautioned_by", "is_offered")
    list_filter = ("is_offered", "needs_sign_off")

    def codes_for(self, name: str, clinic: Clinic) -> dict[str, str]:
        """Facts about a patient on a day: screening, side effects, age, week of pregnancy."""
        screening = ScreeningItem.objects.filter(clinic=clinic).values_list("code", "wording")
        events = AdverseEventItem.objects.filter(clinic=clinic).values_list("code", "wording")
        return {**dict(screening), **dict(events), **computed_conditions()}


@admin.register(RedFlag)
class RedFlagAdmin(SignedContentAdmin):
    """The list of red flags in their current wording; none can be removed."""

    list_display = ("wording", "level", "follow_up", "asked")
    list_filter = ("level", "asked", "needs_sign_off")
    search_fields = ("code", "wording")

    def get_queryset(self, request: HttpRequest) -> Any:
        """The current wording."""
        return super().get_queryset(request).filter(replaced_at=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list comes with the software."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version never changes: another wording or level is a new one."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """A new version, and the second person's word."""
        view, versions = self.admin_site.admin_view, FlagVersions(self)
        own = [
            path("<int:pk>/new-version/", view(versions.new_version), name="courses_redflag_new_version"),
            path("proposal/<int:pk>/", view(versions.settle), name="courses_redflag_settle"),
        ]
        return [*own, *super().get_urls()]


@admin.register(AdverseEventItem)
class AdverseEventItemAdmin(SignedContentAdmin):
    """The side effects that are asked about."""

    list_display = ("wording", "is_local", "source")
    list_filter = ("is_local", "needs_sign_off")
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list comes with the software."""
        return False


@admin.register(Measure)
class MeasureAdmin(SignedContentAdmin):
    """The measures on the form, with licence and source."""

    list_display = ("code", "is_offered", "licence")
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list comes with the software."""
        return False


@admin.register(MeasureThreshold)
class MeasureThresholdAdmin(SignedContentAdmin):
    """How large a change must be to mean something, with the source."""

    list_display = ("code", "for_type", "noticed", "sure", "source")
    list_filter = ("needs_sign_off",)
    readonly_fields = ("code", "for_type")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list comes with the software."""
        return False
