"""Priors: fitted from a clinic's courses, adopted, and what they say of one course."""
