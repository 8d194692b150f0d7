"""Courses that need a look though no score raised an alert: the watch list, the digest, unanswered check-ins.

Alerts themselves, and how they go on, are in alerts/.
"""
