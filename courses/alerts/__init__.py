"""The life of an alert: raise, remind, escalate, acknowledge, resolve.

When to worry is in rules/; what is written to people is in alerts/messages/.
"""
