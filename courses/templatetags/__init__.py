"""What templates of courses may ask.

The answers come from the slices.
"""
