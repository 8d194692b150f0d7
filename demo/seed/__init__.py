"""Invented clinics for demonstrations and measurements.

Nobody in them exists; what they do goes through the same functions as on the screens.
"""
