"""The life of a course and its bookings."""
