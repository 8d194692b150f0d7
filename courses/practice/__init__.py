"""The practice clinic beside a real one: invented patients, on whom staff learn; nothing of it is emailed.

The demo, which is an installation of its own, is in demo/.
"""
