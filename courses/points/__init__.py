"""What acupuncture points are called: text becomes a point.

What is done at points is in courses/sessions/points/.
"""
