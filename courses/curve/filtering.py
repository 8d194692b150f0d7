"""A filtered panel, and the information in the scores of each course."""

from dataclasses import dataclass

import numpy as np

from courses.curve.design import Effects, levels_of
from courses.curve.panel import Panel
from courses.curve.posterior import Information
from courses.curve.prior import Prior
from courses.curve.scores import Floats, Ints
from courses.curve.whitening import Innovations, innovations


@dataclass(frozen=True, eq=False)
class Filtered:
    """A filtered panel: means of the effects (n_courses, r); columns are (score minus its prior mean,
    row).
    """

    panel: Panel
    levels: Floats
    rows: Floats
    effects: Effects
    means: Floats
    innovations: Innovations

    @classmethod
    def of(
        cls, prior: Prior, panel: Panel, *, effects: Effects | None = None, levels: Floats | None = None
    ) -> "Filtered":
        """Filter every course of the panel under the Prior; `levels` (n_scores,) replace those of the scores."""
        effects = effects or Effects.of(prior, panel.timings)
        means = effects.means_of(prior, panel.group_names)[panel.groups]
        rows = effects.rows(panel.weeks, timings=panel.timings)
        expected = np.einsum("nr,nr->n", rows, means[panel.course])
        levels = levels_of(panel.scores) if levels is None else levels
        columns = np.column_stack([levels - expected, rows])
        filtered = innovations(panel, columns=columns, carry=prior.carry, carry_weeks=prior.carry_weeks)
        return cls(panel, levels, rows, effects, means, filtered)

    def information(self) -> Information:
        """Return the information in all scores of each course."""
        lengths = self.panel.lengths
        totals = np.zeros((self.panel.n_courses, self.innovations.columns.shape[1] ** 2))
        if self.panel.n_scores:
            totals[lengths > 0] = np.add.reduceat(self._products(), self.panel.starts[:-1][lengths > 0], axis=0)
        return _unpacked(totals, n_scores=lengths)

    def information_before(self, rows: Ints) -> Information:
        """Return the information in the scores before each of the rows (n,) of its course."""
        products = self._products()
        sums = np.zeros((len(products) + 1, products.shape[1]))
        np.cumsum(products, axis=0, out=sums[1:])
        earlier = sums[rows] - sums[self.panel.starts[self.panel.course[rows]]]
        return _unpacked(earlier, n_scores=self.panel.step[rows])

    def _products(self) -> Floats:
        """Return the cross products of each whitened row, (n_scores, (r + 1)^2)."""
        whitened = self.innovations.columns / np.sqrt(self.innovations.variances)[:, None]
        return (whitened[:, :, None] * whitened[:, None, :]).reshape(len(whitened), whitened.shape[1] ** 2)


def _unpacked(sums: Floats, *, n_scores: Ints) -> Information:
    size = round(sums.shape[1] ** 0.5)
    square = sums.reshape(-1, size, size)
    return Information(square[:, 1:, 1:], square[:, 1:, 0], square[:, 0, 0], n_scores)
