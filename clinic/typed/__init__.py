"""What people type, and how it is read: dates, times, numbers, names, phones, text.

Each module either understands a value or refuses it with a message that names it.
"""
