"""`make demo`: the whole clinic on one machine, started by one command, and removed when it ends.

Nothing imports it, and a production image leaves it out.
"""
