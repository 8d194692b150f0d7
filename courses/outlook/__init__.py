"""What the curve says of one stored course: expected score, bands, words and picture.

Fitting, adopting and thresholds are in priors/; the arithmetic is in curve/; drawing is in charts/.
"""
