"""The alarm: one-score likelihood ratio, memory of what lasts, and the budget both share.

Rules that need no curve are in courses/rules/.
"""
