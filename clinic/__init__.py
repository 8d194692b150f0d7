"""The project package: who works where, and the foundation under patients and courses."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
