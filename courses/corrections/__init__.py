"""What was saved by mistake: sessions voided and moved, courses reopened, each with who, when and why.

Logging belongs to `sessions`; correcting single facts of a session still lies there too.
"""
