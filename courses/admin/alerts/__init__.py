"""Screens about alerts: the alert, its silence, where messages go and what became of them.

What an answer does to an alert is in courses/alerts/.
"""
