"""The demo as an app, so that `seed_demo` is found."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Invented clinics and what runs them on one machine; a production image leaves the folder out."""

    name = "demo"
