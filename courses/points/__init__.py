"""What acupuncture points are called. Here text becomes a point; what is done at a point is in `courses.sessions`."""
