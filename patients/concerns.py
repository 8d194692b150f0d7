"""What a screening question can be about: a treatment, or a risk of some points; with its words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# Risks of points: where such a point is chosen, a yes about the same risk is shown or refuses the point.
RISKS = {
    "brain_stem": _("brain stem"),
    "great_vessels": _("great vessels"),
    "pneumothorax": _("pneumothorax"),
    "pregnancy": _("unsafe in pregnancy"),
    "spinal_canal": _("spinal canal"),
    "vertebral_artery": _("vertebral artery"),
}
WAYS = {
    "electro": _("electro-acupuncture"),
    "deep": _("deep needling"),
    "press_needle": _("press needles"),
    "moxa": _("moxibustion"),
    "heat": _("heat"),
    "plaster": _("plasters"),
    "nsaid_gel": _("gel with an anti-inflammatory drug"),
    "site": _("the affected place"),
}


def risk_words() -> dict[str, str]:
    """The risks of points, in words."""
    return {code: str(words) for code, words in RISKS.items()}


def concern_words() -> dict[str, str]:
    """Everything a screening question may be about, in words."""
    return {code: str(words) for code, words in {**WAYS, **RISKS}.items()}
