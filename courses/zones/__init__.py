"""A clinic's new time zone and its effects on bookings.

A single booking belongs to plans/.
"""
