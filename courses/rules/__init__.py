"""When to worry: facts in, findings out. No Django, no clock, no I/O.

What follows from a finding is in alerts/.
"""
