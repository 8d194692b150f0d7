"""How far a clinic's own courses are from carrying its curve: said where the curve is shown until they do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.models import Clinic
from courses.models import Course
from courses.priors.adopted import InForce
from patients.counting import counted

# A clinic's own Prior may take over after 200 scores (curve.MIN_SCORES); a course brings about ten.
ABOUT_COURSES = 20


@dataclass(frozen=True)
class Learning:
    """Completed courses of real patients, counted up to the number that is enough."""

    n_courses: int
    n_needed: int = ABOUT_COURSES

    @property
    def words(self) -> str:
        """What the curve rests on until the clinic's own courses take over."""
        if self.n_courses >= self.n_needed:
            return _(
                "Based on published studies. This clinic's own courses are used once they predict new scores "
                "at least as well as the studies do."
            )
        words = _(
            "Based on published studies, not yet on this clinic's patients (%(n)d of about %(needed)d courses)."
        )
        return words % {"n": self.n_courses, "needed": self.n_needed}


def learning_of(clinic: Clinic) -> Learning:
    """How many courses a clinic has completed, at most the number that is enough."""
    completed = counted(Course.objects.for_clinic(clinic).filter(status=Course.Status.COMPLETED))
    return Learning(completed[:ABOUT_COURSES].count())


def basis_words(clinic: Clinic, now: InForce) -> str:
    """What the curve rests on; empty once it rests on the clinic's own courses. Costs a query until then."""
    return learning_of(clinic).words if now.is_shipped else ""
