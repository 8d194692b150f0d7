"""Priors: fitted from a clinic's courses, adopted or rejected, with their thresholds and budget.

What they say of one course is in outlook/.
"""
