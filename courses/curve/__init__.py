"""The healing curve: what a course's next score should be, and how certain that is. Numbers only.

No Django, no clock, no files; sentences about a stored course are in outlook/.
"""

from courses.curve.alarm.alert_threshold import (
    DEFAULT_BUDGET_PER_100,
    SHIPPED_THRESHOLD,
    AlertThreshold,
    threshold_for,
)
from courses.curve.alarm.calibration import calibrate, fold_fit
from courses.curve.alarm.remembering import NextMemory, memory_of_next
from courses.curve.alarm.sessions import Sessions, control_limits
from courses.curve.course import CoursePosterior, condition
from courses.curve.fit import fit_prior
from courses.curve.panel import Panel
from courses.curve.prior import SHIPPED_PRIOR, Calibration, Prior
from courses.curve.results import (
    Bands,
    CannotTell,
    NextScore,
    Peak,
    Relief,
    Shape,
    ShapeName,
    Unknown,
    whole_scores,
)
from courses.curve.scores import CourseScores, Timing
from courses.curve.sequential import Predictions, next_scores, sequential_predictions
from courses.curve.study.comparison import MIN_SCORES as MIN_SCORES_TO_ADOPT
from courses.curve.study.comparison import Comparison, compare, compare_held_out
from courses.curve.study.folds import HeldOut, held_out, predicted_by

__all__ = [
    "DEFAULT_BUDGET_PER_100",
    "MIN_SCORES_TO_ADOPT",
    "SHIPPED_PRIOR",
    "SHIPPED_THRESHOLD",
    "AlertThreshold",
    "Bands",
    "Calibration",
    "CannotTell",
    "Comparison",
    "CoursePosterior",
    "CourseScores",
    "HeldOut",
    "NextMemory",
    "NextScore",
    "Panel",
    "Peak",
    "Predictions",
    "Prior",
    "Relief",
    "Sessions",
    "Shape",
    "ShapeName",
    "Timing",
    "Unknown",
    "calibrate",
    "compare",
    "compare_held_out",
    "condition",
    "control_limits",
    "fit_prior",
    "fold_fit",
    "held_out",
    "memory_of_next",
    "next_scores",
    "predicted_by",
    "sequential_predictions",
    "threshold_for",
    "whole_scores",
]
