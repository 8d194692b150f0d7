"""The screens for types of neck pain and screening questions."""

from __future__ import annotations

from django.contrib import admin

from clinic.models import Clinic
from clinic.signing.screens import SignedContentAdmin
from clinic.typed.codes import ChoosesCodes
from patients.concerns import concern_words
from patients.models import PainType, ScreeningItem


@admin.register(PainType)
class PainTypeAdmin(SignedContentAdmin):
    """The clinic's types: their number is fixed, their content is the clinic's."""

    list_display = ("name", "code", "clearance_class", "icd10")
    list_filter = ("clearance_class", "needs_sign_off")
    readonly_fields = ("code", "source")


@admin.register(ScreeningItem)
class ScreeningItemAdmin(ChoosesCodes, SignedContentAdmin):
    """The clinic's screening questions."""

    list_display = ("wording", "effect", "tags")
    list_filter = ("effect", "needs_sign_off")
    search_fields = ("wording", "code")
    readonly_fields = ("code", "source")

    def codes_for(self, name: str, clinic: Clinic) -> dict[str, str]:
        """What a question can be about."""
        return concern_words()
