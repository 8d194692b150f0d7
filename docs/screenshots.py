"""`make screenshots`: the pictures of docs/screens, taken from a fresh demo clinic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "screens"
PORT = 8765
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# Width and height, scheme.
SIZES = ((1440, 900), (820, 1180), (390, 844))
LOOKS = tuple((width, height, scheme) for width, height in SIZES for scheme in ("light", "dark"))
FIND = """
import json
from courses.models import Alert, CheckIn, Course
from courses.reminders.links import check_in_path
pain = Alert.objects.filter(rule="pain", state="open", course__practitioner__user__username="practitioner").first()
flag = Alert.objects.filter(rule="red_flag", state="open").order_by("pk").first()
session = pain.course.sessions.first()
check_in = CheckIn.objects.filter(answered_at=None, session__course__status="active").order_by("-pk").first()
steady = Course.objects.filter(status="active", practitioner__user__username="practitioner").order_by("pk").first()
print("FOUND" + json.dumps({
    "today": "/admin/",
    "log-session": f"/admin/courses/course/{steady.pk}/log/",
    "verdict": f"/admin/courses/session/{session.pk}/change/?saved=1",
    "course": f"/admin/courses/course/{pain.course_id}/change/",
    "alert": f"/admin/courses/alert/{flag.pk}/change/",
    "alert-pain": f"/admin/courses/alert/{pain.pk}/change/",
    "inbox": "/admin/courses/alert/",
    "curve": "/admin/courses/prior/",
    "review": f"/admin/courses/course/{pain.course_id}/review/",
    "hand-over": f"/admin/courses/course/of/{steady.practitioner_id}/hand-over/?course={steady.pk}",
    "measures": f"/admin/courses/course/{steady.pk}/measures/?stage=review",
    "end-course": f"/admin/courses/course/{steady.pk}/end/",
    "report-red-flag": f"/admin/patients/patient/{steady.patient_id}/red-flag/",
    "start-course": f"/admin/patients/patient/{steady.patient_id}/start-course/",
    "schedule": f"/admin/courses/course/{steady.pk}/schedule/",
    "correct-session": f"/admin/courses/session/{session.pk}/correct/",
    "intake": f"/admin/patients/patient/{steady.patient_id}/intake/screening/",
    "clearance": f"/admin/patients/patient/{steady.patient_id}/intake/clearance/",
    "patient": f"/admin/patients/patient/{steady.patient_id}/change/",
    "bookings": "/admin/courses/appointment/",
    "dashboard": "/dashboard/",
    "check-in": check_in_path(check_in),
}))
"""
FOR_PATIENTS = {"check-in"}
WIDEST_PHONE = 820


@contextmanager
def demo(folder: Path) -> Iterator[dict[str, str]]:
    """A running demo clinic; the paths of its pages by name."""
    command = [sys.executable, "-m", "demo", "--folder", str(folder)]
    running = subprocess.Popen([*command, "--port", str(PORT)], stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert running.stdout is not None  # noqa: S101
        for line in running.stdout:
            if "Stop" in line:
                break
        shell = [*command, "--", sys.executable, "manage.py", "shell", "-v0", "-c", FIND]
        found = subprocess.run(shell, capture_output=True, text=True, check=True)  # noqa: S603
        yield json.loads(found.stdout.split("FOUND")[1])
    finally:
        running.terminate()
        running.wait(30)


def sign_in(page: Page, username: str) -> None:
    """Through the form."""
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def take(browser: Browser, paths: dict[str, str], look: tuple[int, int, str]) -> None:
    """Every page at one size and scheme."""
    width, height, scheme = look
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{PORT}",
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    sign_in(page, "lead")
    for name, path in paths.items():
        if name in FOR_PATIENTS and width > WIDEST_PHONE:
            continue
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=width < 1000)
    context.close()


def main() -> None:
    """Every look."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as paths, sync_playwright() as playwright:
        # Staff mail goes out and the first steps are taken before the pictures.
        time.sleep(15)
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        for look in LOOKS:
            take(browser, paths, look)
        browser.close()


if __name__ == "__main__":
    main()
