"""Texts of several lines: a browser sends the ends of lines as two characters, and a long text is not quoted."""

from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict

from clinic.posting.stale import Merged, is_long, merge

STORED, THEIRS = "One.\nTwo.", "One.\nTwo.\nThree."


class NoteForm(forms.Form):
    note = forms.CharField(widget=forms.Textarea)


def merged(*, then: str, now: str, typed: str) -> tuple[Merged, str]:
    data = QueryDict(mutable=True)
    data["note"] = "\r\n".join(typed.split("\n"))
    found = Merged()
    merge(NoteForm(data, initial={"note": now}), data, {"note": then}, who=lambda label: None, into=found)
    return found, data["note"].replace("\r\n", "\n")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_text_that_only_the_other_person_changed_is_kept(end):
    found, note = merged(then=STORED.replace("\n", end), now=THEIRS, typed=STORED)
    assert (found.conflicts, note) == ({}, THEIRS)
    assert found.kept == ["Somebody else changed note"]


def test_a_text_that_both_changed_is_asked():
    found, note = merged(then=STORED, now=THEIRS, typed="Mine.\nTwo.")
    assert note == "Mine.\nTwo."
    assert found.conflicts[""]["note"].startswith("Somebody else changed note while this page was open.")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_change_by_both_is_nothing_to_ask(end):
    found, _note = merged(then=STORED, now=THEIRS.replace("\n", end), typed=THEIRS)
    assert (found.conflicts, found.kept) == ({}, [])


@pytest.mark.parametrize(("words", "is_it"), [("9 years", False), ("a\nb", True), ("a" * 301, True)])
def test_what_is_too_long_to_quote(words, is_it):
    assert is_long(words) is is_it
