"""Screens of one visit: log a session, correct it, look at it, report a red flag later.

Logging itself is in courses/sessions/, correcting in courses/corrections/.
"""
