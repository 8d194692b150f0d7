"""Corrects mistakes: sessions corrected, voided, moved; courses reopened.

Logging a session belongs to sessions/.
"""
