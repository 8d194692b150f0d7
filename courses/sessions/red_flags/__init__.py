"""Red flags of a session, a check-in or an intake: their fields and the one way to record them.

What follows from a red flag is in alerts/.
"""
