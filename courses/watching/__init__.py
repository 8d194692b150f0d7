"""Courses that need a look without an alert from a score: the watch list, the digest, unanswered check-ins.

Alerts themselves, and what happens to them, are in alerts/.
"""
