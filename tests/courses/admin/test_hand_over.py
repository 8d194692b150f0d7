"""The page to hand a practitioner's courses over to a colleague."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Role
from courses.models import Course, HandOver
from courses.plans.booking import book_appointment
from tests.factories import CourseFactory, MembershipFactory, cleared_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(clinic):
    """Treats here too."""
    return MembershipFactory(clinic=clinic, role=Role.PRACTITIONER, user__first_name="Linn", user__last_name="Oak")


@pytest.fixture
def other_course(clinic, practitioner):
    """A second course of the practitioner."""
    at = timezone.now() - timedelta(days=60)
    return CourseFactory(patient=cleared_patient(clinic, by=practitioner, at=at), practitioner=practitioner)


@pytest.fixture
def address(practitioner):
    """The page for the practitioner's courses."""
    return reverse("admin:courses_course_hand_over", args=[practitioner.pk])


@pytest.fixture
def post(signed_in, manager, colleague, address):
    """Send the form as the manager."""
    client, form_key = signed_in(manager), uuid.uuid4()

    def send(*courses, **values):
        sent = {
            "courses": [one.pk for one in courses],
            "to": colleague.pk,
            "reason": "leave",
            "form_key": form_key,
        }
        return client.post(address, {**sent, **values}, follow=True)

    return send


def test_every_course_is_ticked(signed_in, manager, address, course, other_course):
    form = signed_in(manager).get(address).context["form"]
    assert set(form["courses"].value()) == {course.pk, other_course.pk}


def test_from_a_course_that_one_is_ticked(signed_in, practitioner, address, course, other_course):
    page = signed_in(practitioner).get(reverse("admin:courses_course_change", args=[course.pk])).content.decode()
    link = f"{address}?course={course.pk}"
    assert f'href="{link}"' in page
    assert signed_in(practitioner).get(link).context["form"]["courses"].value() == [course.pk]


def test_from_a_course_that_went_meanwhile_nothing_is_ticked(signed_in, practitioner, address, other_course):
    page = signed_in(practitioner).get(f"{address}?course=0")
    assert page.context["form"]["courses"].value() == []


def test_one_leads_to_its_page_which_says_with_whom_it_was(post, course, practitioner):
    page = post(course).content.decode()
    assert "1 course handed over to Linn Oak." in page
    assert f"with {practitioner}: leave" in page


def test_several_lead_to_the_list_of_the_other_one(post, course, other_course, colleague):
    response = post(course, other_course)
    assert response.redirect_chain[-1][0].endswith(f"?practitioner__id__exact={colleague.pk}")
    assert "2 courses handed over to Linn Oak." in response.content.decode()


def test_booking_that_stays_is_named(post, course, other_course, practitioner, colleague):
    starts_at = (timezone.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    Course.objects.filter(pk=other_course.pk).update(practitioner=colleague)
    for one, who in ((course, practitioner), (other_course, colleague)):
        book_appointment(
            course=one,
            practitioner=who,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            is_for_needling=False,
            by=practitioner,
            at=timezone.now(),
        )
    page = post(course).content.decode()
    assert f"stays with {practitioner}: Linn Oak cannot take it" in page


def test_second_click_is_no_error(post, course):
    post(course)
    again = post(course)
    assert again.status_code == 200
    assert "This form was already sent and saved once." in again.content.decode()
    assert HandOver.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"courses": []}, "Tick the courses to hand over."),
        ({"to": ""}, "This field is required."),
        ({"reason": " "}, "This field is required."),
        ({"form_key": "no key"}, "Enter a valid UUID."),
    ],
    ids=["no course", "nobody", "no reason", "no key"],
)
def test_what_is_missing_is_said_and_the_rest_kept(post, course, values, says):
    response = post(course, **values)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not HandOver.objects.exists()


def test_neither_the_member_nor_who_does_not_treat_is_offered(signed_in, manager, address, course, practitioner):
    offered = signed_in(manager).get(address).context["form"].fields["to"].queryset
    assert practitioner not in offered
    assert manager not in offered


def test_member_without_courses_says_so(signed_in, manager, colleague):
    page = signed_in(manager).get(reverse("admin:courses_course_hand_over", args=[colleague.pk])).content.decode()
    assert "Linn Oak treats no open course." in page


def test_member_page_counts_open_courses_and_leads_here(signed_in, manager, practitioner, address, course):
    page = signed_in(manager).get(reverse("admin:clinic_membership_change", args=[practitioner.pk]))
    assert f"{practitioner} treats 1 open course." in page.content.decode()
    assert f'href="{address}"' in page.content.decode()


def test_form_costs_the_same_for_many_courses(
    signed_in, manager, practitioner, address, course, clinic, django_assert_max_num_queries
):
    client = signed_in(manager)
    # The first page after sign-in records when somebody was last here.
    client.get(address)
    with django_assert_max_num_queries(9):
        client.get(address)
    for _n in range(3):
        patient = cleared_patient(clinic, by=practitioner, at=timezone.now() - timedelta(days=60))
        CourseFactory(patient=patient, practitioner=practitioner)
    with django_assert_max_num_queries(9):
        client.get(address)
