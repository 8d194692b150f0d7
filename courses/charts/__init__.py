"""Charts from numbers: inline SVG that works without script, prints, and has a table beside it.

The charts do not know where the numbers come from.
"""
