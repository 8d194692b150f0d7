"""The page on which a logo is uploaded, and the address at which everybody sees it."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse

from clinic.logo.kept_logo import logo_of, png_at, replace_logo
from clinic.logo.uploaded_logo import picture_of
from clinic.models import ClinicLogo
from tests.pictures import opened, picture

pytestmark = pytest.mark.django_db
PAGE, REMOVE = "/admin/clinic/clinic/logo/", "/admin/clinic/clinic/logo/remove/"


def away(*_args: object) -> None:
    raise OperationalError("away for a test")


@pytest.fixture
def upload(signed_in, manager):
    """Sends a file as the manager."""

    def send(content: bytes, name: str = "logo.png"):
        return signed_in(manager).post(PAGE, {"upload": SimpleUploadedFile(name, content)})

    return send


class TestUpload:
    def test_is_kept_and_shown(self, upload, clinic, client):
        assert upload(picture()).status_code == 302
        clinic.refresh_from_db()
        assert clinic.logo_path in client.get(PAGE).content.decode()
        assert opened(client.get(clinic.logo_path).content).size == (300, 90)

    def test_is_in_the_clinics_history(self, upload, clinic):
        upload(picture())
        assert "logo" in LogEntry.objects.get(object_id=str(clinic.pk)).change_message

    def test_takes_the_place_of_the_one_before_at_another_address(self, upload, clinic, logo):
        before = clinic.logo_path
        upload(picture(100, 100))
        clinic.refresh_from_db()
        assert clinic.logo_path != before
        assert ClinicLogo.objects.for_clinic(clinic).count() == 1

    @pytest.mark.parametrize("content", [b"<svg/>", picture()[:60], picture(5000, 100)])
    def test_refused_says_why_and_leaves_the_one_before(self, upload, clinic, logo, content):
        response = upload(content)
        assert response.status_code == 422
        assert 'class="errorlist"' in response.content.decode()
        assert logo_of(clinic) == logo

    def test_of_nothing_is_refused(self, signed_in, manager):
        response = signed_in(manager).post(PAGE, {})
        assert (response.status_code, "Choose a picture." in response.content.decode()) == (422, True)

    def test_is_for_those_who_set_up_the_clinic(self, signed_in, practitioner):
        response = signed_in(practitioner).post(PAGE, {"upload": SimpleUploadedFile("a.png", picture())})
        assert (response.status_code, ClinicLogo.objects.all_clinics().count()) == (403, 0)


class TestRemove:
    def test_leaves_none(self, signed_in, manager, clinic, logo):
        signed_in(manager).post(REMOVE, {"logo": str(logo.pk)})
        clinic.refresh_from_db()
        assert (clinic.logo_id, ClinicLogo.objects.all_clinics().count()) == (None, 0)

    def test_not_the_one_that_a_colleague_just_uploaded(self, signed_in, manager, clinic, logo, at):
        newer = replace_logo(clinic, picture_of(picture(90, 90)), by=manager, at=at)
        response = signed_in(manager).post(REMOVE, {"logo": str(logo.pk)}, follow=True)
        assert "Not removed" in response.content.decode()
        clinic.refresh_from_db()
        assert clinic.logo_id == newer.pk


class TestAddress:
    def test_is_kept_by_every_browser_for_a_year(self, client, clinic, logo):
        response = client.get(clinic.logo_path)
        assert response["Content-Type"] == "image/png"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Cookie" not in response.get("Vary", "") or not response.cookies

    def test_asks_nobody_who_they_are(self, signed_in, manager, clinic, logo, django_assert_num_queries):
        client = signed_in(manager)
        with django_assert_num_queries(1):
            client.get(clinic.logo_path)
        with django_assert_num_queries(0):
            assert client.get(clinic.logo_path).status_code == 200

    def test_of_no_logo_is_not_found(self, client, db):
        assert client.get(reverse("logo", args=[uuid.uuid4()])).status_code == 404

    def test_takes_no_post(self, client, clinic, logo):
        assert client.post(clinic.logo_path).status_code == 405

    def test_answers_from_memory_while_the_database_is_away(self, client, clinic, logo):
        client.get(clinic.logo_path)
        with connection.execute_wrapper(away):
            assert client.get(clinic.logo_path).status_code == 200

    def test_says_at_once_that_it_cannot_and_is_asked_again(self, client, clinic, logo):
        with connection.execute_wrapper(away):
            response = client.get(clinic.logo_path)
        assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
        assert client.get(clinic.logo_path).status_code == 200
        assert png_at.cache_info().currsize == 1


def test_a_clinic_without_one_is_not_asked_about(clinic, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert logo_of(clinic) is None


def test_website_is_taken_as_people_type_it(signed_in, manager, clinic):
    client = signed_in(manager)
    url = reverse("admin:clinic_clinic_change", args=[clinic.pk])
    form = client.get(url).context["adminform"].form
    field = form.fields["website"]
    assert field.clean("www.linden.example") == "https://www.linden.example"
    assert field.clean("http://linden.example/") == "http://linden.example/"
    for refused in ("javascript:alert(1)", "ftp://linden.example", "linden", "data:text/html,x"):
        with pytest.raises(Exception, match="valid URL"):
            type(clinic)._meta.get_field("website").clean(field.clean(refused), clinic)
