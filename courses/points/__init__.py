"""Names of acupuncture points: text becomes a point.

What is done at points is in courses/sessions/points/.
"""
