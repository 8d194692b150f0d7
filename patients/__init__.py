"""Who is treated, and whether they may be.

What is done to them is in courses/.
"""
