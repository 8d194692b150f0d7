"""The project package: who works where, and the foundation under patients and courses.

Nothing here knows what a patient or a course is.
"""

import os

# numpy's algebra library must use one thread: with many small matrices in several processes, its threads would
# only wait for each other. Set before anything imports numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
