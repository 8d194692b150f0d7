"""The session form as the server sends it."""

from __future__ import annotations

import pytest

from courses.models import AdverseEventItem, RedFlag
from tests.factories import log_run
from tests.html import packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def form_of(signed_in, practitioner):
    return lambda course: signed_in(practitioner).get(f"/admin/courses/course/{course.pk}/log/").content.decode()


def test_names_the_last_session_it_knows_of(course, form_of, at):
    assert 'name="seen_number" value="0"' in packed(form_of(course))
    log_run(course, [(6, 5), (5, 4)], until=at)
    assert 'name="seen_number" value="2"' in packed(form_of(course))


def test_shows_a_red_flag_as_it_is_worded_now(course, form_of):
    assert "Tight as a drum?" not in form_of(course)
    RedFlag.objects.filter(clinic=course.clinic, code="trauma").update(wording="Tight as a drum?")
    assert "Tight as a drum?" in form_of(course)


def test_shows_a_red_flags_question_as_it_is_worded_now(course, form_of):
    form_of(course)
    asking = RedFlag.objects.for_clinic(course.clinic).current().exclude(follow_up="").exclude(code="severe_pain")
    RedFlag.objects.filter(pk=asking.first().pk).update(follow_up="Since when, exactly?")
    assert "Since when, exactly?" in form_of(course)


def test_shows_an_adverse_event_as_it_is_worded_now(course, form_of):
    assert "Green toes" not in form_of(course)
    item = AdverseEventItem.objects.for_clinic(course.clinic).exclude(code="bruise").first()
    AdverseEventItem.objects.filter(pk=item.pk).update(wording="Green toes")
    assert "Green toes" in form_of(course)


def test_lists_of_two_clinics_do_not_mix(course, stranger, form_of):
    RedFlag.objects.filter(clinic=stranger.clinic, code="trauma").update(wording="Asked at the other clinic?")
    assert "Asked at the other clinic?" not in form_of(course)


def test_nothing_is_ticked_beforehand_though_the_last_form_had_ticks(course, signed_in, practitioner, form_of):
    sent = {"flag_trauma": "on", "needling-TOTAL_FORMS": 0, "needling-INITIAL_FORMS": 0}
    html = signed_in(practitioner).post(f"/admin/courses/course/{course.pk}/log/", sent).content.decode()
    assert 'id="id_flag_trauma" checked' in html
    assert 'id="id_flag_trauma" checked' not in form_of(course)
