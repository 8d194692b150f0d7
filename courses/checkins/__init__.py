"""The patient's own page."""
