"""The opening hours of a week as one form: a row for each day, copied with one button.

What follows from the hours (when a clinic is open, how long a wait is) is in clinic/opening.py.
"""
