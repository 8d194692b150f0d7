"""Planned looks at a course, and its end."""
