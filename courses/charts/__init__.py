"""Pictures from numbers: inline SVG that works without script, prints, and has a table beside it.

Where the numbers come from is not known here.
"""
