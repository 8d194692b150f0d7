"""The life of an alert: raise, remind, escalate, acknowledge, resolve.

When to worry is in rules/; the texts of messages are in alerts/messages/.
"""
