"""Screens for alerts: the alert, silences, webhooks, and the messages that were sent.

What an answer does to an alert is in courses/alerts/.
"""
