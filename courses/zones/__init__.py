"""A clinic gets another time zone: what becomes of what is booked.

A single booking belongs to plans/.
"""
