"""The project package: who works where, and the foundation under patients and courses.

Nothing here knows what a patient or a course is.
"""

import os

# Many small matrices in several processes: threads of the algebra library would only wait for each other.
# Before anything imports numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
