"""The alarm: the likelihood ratio of one score, the memory of lasting changes, and their common budget.

Rules that need no curve are in courses/rules/.
"""
