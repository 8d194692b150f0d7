"""`make demo`: the whole clinic on one machine, from one command, gone with it.

Nothing imports it, and a production image leaves it out.
"""
