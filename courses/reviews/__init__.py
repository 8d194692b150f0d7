"""Planned reviews of a course, and its end.

The letter at the end is in exchange/.
"""
