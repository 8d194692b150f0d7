"""A clinic gets another time zone: what becomes of what is booked. What a single booking needs belongs to plans."""
