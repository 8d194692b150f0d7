"""An invalid value in an address gives a message, and the page still opens."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db

ODD = ("2026-02-30", "9999-12-31", "①", "-1", "x" * 5000, "%FF", "a&{name}=b")
PAGES = (
    ("/admin/courses/appointment/", "day"),
    ("/admin/courses/appointment/add/", "course"),
    ("/admin/courses/course/{course}/measures/", "stage"),
    ("/admin/courses/course/{course}/end/", "status"),
    ("/admin/courses/course/{course}/log/", "appointment"),
    ("/admin/courses/course/", "p"),
    ("/admin/courses/course/", "o"),
    ("/admin/courses/course/", "practitioner__user__password"),
)


@pytest.mark.parametrize(("path", "name"), PAGES)
def test_a_value_that_means_nothing_is_said(path, name, signed_in, practitioner, course):
    client, silent = signed_in(practitioner), []
    for odd in ODD:
        url = f"{path.format(course=course.pk)}?{name}={odd.format(name=name)}"
        page = client.get(url, follow=True)
        # A column from the right is an order: the newest first.
        if (name, odd) == ("o", "-1"):
            continue
        if page.status_code != 200 or "messagelist" not in page.content.decode():
            silent.append((page.status_code, odd[:20]))
    assert silent == []
