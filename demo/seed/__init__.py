"""Invented clinics for demonstrations and measurements.

Nobody in them exists; their data is written by the same functions as the screens use.
"""
