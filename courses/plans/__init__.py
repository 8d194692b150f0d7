"""The life of a course and its bookings: start, hold, hand over, book, move, cancel.

What happened at a visit is in sessions/; how a course ends is in reviews/.
"""
