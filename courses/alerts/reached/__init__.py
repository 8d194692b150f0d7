"""How long it took until somebody was told of a report, and what happens where nobody is.

Who is told and how a message travels belong elsewhere.
"""
