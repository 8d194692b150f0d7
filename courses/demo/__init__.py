"""Invented clinics for demonstrations and measurements."""
