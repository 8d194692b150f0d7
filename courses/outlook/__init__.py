"""What the curve says about one stored course: expected score, ranges, words and chart.

Fitting, adopting and thresholds are in priors/; the arithmetic is in curve/; drawing is in charts/.
"""
