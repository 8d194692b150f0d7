"""Screens about the curve, its budget, and the limits of the rules.

The numbers come from courses/priors/ and courses/outlook/.
"""
