"""Who is treated, and whether they may be.

What happens in their treatment is in courses/.
"""
