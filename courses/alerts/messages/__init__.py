"""The content of messages about an alert, and how messages are bundled.

When a message is due is decided in alerts/steps.py; how it is sent is in clinic/outbox/.
"""
