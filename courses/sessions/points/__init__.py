"""Acupuncture points on the session form: the catalogue, how typed points are read, and their safety notes.

How a written point is recognised, without a database, is in courses/points/.
"""
