"""Courses from a formula: the same on every machine."""

import numpy as np

from courses.curve import CourseScores


def smooth_course(number: int) -> CourseScores:
    """Return a course of 5 to 8 scores from a formula: the same on every machine."""
    weeks = np.arange(5 + number % 4) * 2.0
    level = 5 + 2 * np.sin(number) + (-0.25 + 0.2 * np.cos(2 * number)) * weeks
    wiggle = 1.3 * np.sin(7.3 * number + weeks * 3.1) + 0.6 * np.cos(number * weeks)
    bend = 0.01 * np.cos(5 * number) * weeks**2
    scores = np.clip(np.rint(level + bend + wiggle), 0, 10).astype(int)
    return CourseScores.of_one_timing(weeks, scores=scores, patient=number)
