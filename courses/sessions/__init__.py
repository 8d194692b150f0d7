"""Logging a session or a check-in: the one write path into a course.

Changing what was saved is in corrections/.
"""
