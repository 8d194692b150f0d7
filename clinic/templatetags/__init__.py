"""Template tags for every app: form fields, phones, dates.

The answers come from the app's functions.
"""
