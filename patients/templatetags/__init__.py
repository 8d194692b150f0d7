"""Template tags for patients.

The answers come from the app's functions.
"""
