"""Raise, remind, escalate, acknowledge, resolve."""
