"""2,000 patients and 1,200 past courses with 60 planted faults, by somebody who has only the guide."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.models import Message
from courses.bringing.running import run_due
from courses.models import Alert, Course, HistoryImport, PainScore, Session
from patients.models import Patient
from tests.courses.bringing.clinic_file import KINDS, N_COURSES, N_FAULTS, N_PATIENTS, clinic_file
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db
GUIDE = (Path(__file__).parents[3] / "docs/import.md").read_text(encoding="utf-8")


class Manager:
    """Presses what the guide names, and reads what the pages say."""

    def __init__(self, client, at):
        self.client, self.at, self.read = client, at, ""

    def open(self, url):
        page = self.client.get(url).content.decode()
        self.read += page
        return BeautifulSoup(page, "html.parser")

    def send(self, url, values):
        response = self.client.post(url, values, follow=True)
        assert response.status_code == 200, BeautifulSoup(response.content.decode(), "html.parser").get_text()
        self.read += response.content.decode()
        return response

    def upload(self, name, content):
        self.open("/admin/courses/historyimport/add/")
        self.send("/admin/courses/historyimport/add/", {"upload": SimpleUploadedFile(name, content)})
        row = HistoryImport.objects.latest("pk")
        url = f"/admin/courses/historyimport/{row.pk}/columns/"
        form = self.open(url)
        values = {
            one["name"]: one.find("option", selected=True)["value"]
            for one in form.select("select")
            if one.find("option", selected=True)
        }
        values |= {one["name"]: one["value"] for one in form.select("input[type=radio][checked]")}
        values |= {"order": "dmy", "complaint": "Neck pain"}
        self.send(url, values)
        run_due(clock=lambda: self.at)
        self.open(f"/admin/courses/historyimport/{row.pk}/change/")
        row.refresh_from_db()
        return row

    def start(self, row, **values):
        form = self.open(f"/admin/courses/historyimport/{row.pk}/change/")
        seen = form.find("input", {"name": "seen"})["value"]
        self.send(f"/admin/courses/historyimport/{row.pk}/start/", {**values, "seen": seen})
        run_due(clock=lambda: self.at)
        row.refresh_from_db()
        assert row.state == "imported", row.found
        self.open(f"/admin/courses/historyimport/{row.pk}/change/")

    def refused(self, row):
        text = self.client.get(f"/admin/courses/historyimport/{row.pk}/refused/").content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


def corrected(rows, planted):
    """The refused lines with what is right written over what is wrong."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        _kind, right = planted.get(int(row["Line"]), ("", {}))
        writer.writerow({**row, **right})
    return out.getvalue().encode()


def everything():
    models = (Patient, Course, Session, PainScore)
    return {model: sorted(model._base_manager.values_list("pk", flat=True)) for model in models}


def test_whole_import_with_the_guide_alone(signed_in, manager, practitioner, clinic, at):
    file = clinic_file()
    assert len(file.planted) == N_FAULTS
    on_file = file.rows[-1]
    day, month, year = on_file["DOB"].split("/")
    known = PatientFactory(
        clinic=clinic,
        given_name=on_file["First Name"],
        family_name=on_file["Last Name"],
        born_on=f"{year}-{month}-{day}",
    )
    before = everything()
    person = Manager(signed_in(manager), at)
    person.open("/admin/setup/")
    person.open("/admin/courses/historyimport/")

    # Previewed: every planted fault is found, with its reason, and nothing else is.
    row = person.upload("from-jane.xlsx", file.xlsx())
    assert everything() == before
    refused = {int(one["Line"]): one for one in person.refused(row)}
    own = {
        line: one
        for line, one in refused.items()
        if " of the same person is refused." not in one["Why it was refused"]
    }
    assert {line: kind for line, (kind, _right) in file.planted.items() if line not in own} == {}
    assert own.keys() == file.planted.keys()
    for line, (kind, _right) in file.planted.items():
        assert KINDS[kind][1] in own[line]["Why it was refused"], kind
    formulas = [cell for one in refused.values() for cell in one.values() if cell.startswith(("=", "@"))]
    assert formulas == []

    # The others imported, the refused ones corrected and imported.
    person.start(row, is_partial="on")
    second = person.upload("refused.csv", corrected(list(refused.values()), file.planted))
    assert second.found["n_refused"] == 0, person.refused(second)[:5]
    person.start(second)
    assert (Patient.objects.count(), Course.objects.count()) == (N_PATIENTS, N_COURSES)
    assert Session.objects.count() == sum(1 for one in file.rows if one["Episode"])
    assert not Course.objects.exclude(status="completed").exists()
    assert Alert.objects.count() == Message.objects.count() == 0
    assert Session.objects.filter(note="@SUM(1+1)*cmd|' /C calc'!A0").count() == N_COURSES
    assert Patient.objects.filter(pk=known.pk, given_name=on_file["First Name"]).exists()

    # Undone.
    for one in (second, row):
        person.send(f"/admin/courses/historyimport/{one.pk}/undo/", {"reason": "only a trial"})
    assert everything() == before

    # The guide names what the pages show, and every reason.
    words = BeautifulSoup(person.read, "html.parser").get_text(" ")
    plain = " ".join(words.split())
    named = {" ".join(one.split()) for one in re.findall(r"\*\*([^*]+)\*\*", GUIDE)} - {
        "Export from the old software."
    }
    assert [one for one in sorted(named) if one not in plain] == []
    guide = " ".join(GUIDE.split())
    assert [kind for kind, (_wrong, reason) in KINDS.items() if reason not in guide] == []
