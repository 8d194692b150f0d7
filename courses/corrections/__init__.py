"""What was saved by mistake or has changed: sessions corrected, voided, moved, courses reopened.

Logging a session belongs to sessions/.
"""
