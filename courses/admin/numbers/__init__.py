"""Screens for the curve, its alert budget, and the limits of the rules.

The numbers come from courses/priors/ and courses/outlook/.
"""
