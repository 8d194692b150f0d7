"""What depends on the clinic's country: emergency number, phone notation, order of dates, time zones.

What a change of zone does to bookings is in courses/zones/.
"""
