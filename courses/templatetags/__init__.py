"""Template tags of courses.

The answers come from the slices.
"""
