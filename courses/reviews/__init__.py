"""Planned looks at a course, and its end.

The letter at the end is in exchange/.
"""
