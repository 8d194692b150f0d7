"""The set-up page: the clinic's settings and lists, in groups by topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Entry:
    """A page and a description."""

    label: str
    url: str
    what: str


@dataclass(frozen=True)
class Group:
    """A heading and its pages."""

    title: str
    entries: tuple[Entry, ...]


# Pages that are in the navigation of every page.
EVERYDAY = frozenset({"Alert", "Appointment", "Course", "Patient"})
GROUPS: tuple[tuple[Any, Mapping[str, Any]], ...] = (
    (
        gettext_lazy("Clinic and staff"),
        {
            "Clinic": gettext_lazy("Phone, opening hours, holidays, contact list for alerts."),
            "Membership": gettext_lazy("Roles, licences, supervision, former staff."),
            "Duty": gettext_lazy("Who answers alerts when, and the gaps."),
        },
    ),
    (
        gettext_lazy("Before treatment"),
        {
            "SignOffEvent": gettext_lazy("What a licensed lead has read and agreed to, and what still waits."),
            "ConsentText": gettext_lazy("The text that patients read before they agree."),
            "PainType": gettext_lazy("Types of neck pain, and what each needs before needling."),
            "ScreeningItem": gettext_lazy("Intake questions, and what each answer rules out."),
        },
    ),
    (
        gettext_lazy("Treatment"),
        {
            "Protocol": gettext_lazy("Plans that a course starts from: sessions, weeks, reviews, points."),
            "Point": gettext_lazy("The list of points, with safety advice."),
            "AftercareMeasure": gettext_lazy("What patients can be given to take home, and who must not have it."),
            "AdverseEventItem": gettext_lazy("The side effects that are asked about after needling."),
            "Measure": gettext_lazy("Which outcomes are asked besides pain."),
            "MeasureThreshold": gettext_lazy(
                "The change that patients notice, and the change that is more than chance."
            ),
        },
    ),
    (
        gettext_lazy("Alerts"),
        {
            "RedFlag": gettext_lazy("What is asked at every visit, and how urgent each answer is."),
            "Prior": gettext_lazy("How pain is expected to change, and how many pain alerts you can answer."),
            "RuleSettings": gettext_lazy("The limits of the fixed alert rules."),
            "Silence": gettext_lazy("Alerts that are not sent for a while, and why."),
        },
    ),
    (
        gettext_lazy("Records and mail"),
        {
            "Session": gettext_lazy("Every visit of every course."),
            "Letter": gettext_lazy("Letters to doctors."),
            "Message": gettext_lazy("Emails that were sent, are waiting or failed."),
            "Endpoint": gettext_lazy("Other systems that get alerts."),
            "HistoryImport": gettext_lazy("Patients and past courses from a spreadsheet; export of all data."),
        },
    ),
)


def clinic_pages() -> list[Entry]:
    """Pages of the clinic's settings that belong to no list of the admin."""
    return [
        Entry(
            _("Set up the clinic"), reverse("admin:setup_steps"), _("What a new clinic needs, and what is left.")
        ),
        Entry(_("Opening hours"), reverse("admin:clinic_clinic_hours"), _("The hours of a week.")),
    ]


def setup_groups(app_list: Iterable[Mapping[str, Any]], *, own: Sequence[Entry] = ()) -> list[Group]:
    """The pages that the user may open, by group; pages without a group come last, so that none is missing."""
    pages = {
        model["object_name"]: model
        for app in app_list
        for model in app["models"]
        if model["admin_url"] and model["object_name"] not in EVERYDAY
    }
    groups = [
        Group(
            str(title),
            tuple(_entry(pages.pop(name), str(what)) for name, what in entries.items() if name in pages),
        )
        for title, entries in GROUPS
    ]
    groups[0] = Group(groups[0].title, (*own, *groups[0].entries))
    groups.append(Group(_("More"), tuple(_entry(model, "") for model in pages.values())))
    return [group for group in groups if group.entries]


def _entry(model: Mapping[str, Any], what: str) -> Entry:
    # A user has only one clinic to set up.
    label = _("The clinic") if model["object_name"] == "Clinic" else capfirst(str(model["name"]))
    return Entry(label, model["admin_url"], what)
