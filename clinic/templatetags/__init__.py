"""What templates of every app may ask: form fields, phones, dates.

The answers come from the app's functions.
"""
