"""What templates of patients may ask.

The answers come from the app's functions.
"""
