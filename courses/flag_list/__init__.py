"""The clinic's list of red flags, in versions: a new wording or level, and the second person it may need.

What is reported, and what follows from it, is in sessions/ and alerts/.
"""
