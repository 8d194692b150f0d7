"""What is sent about an alert, and how messages are bundled.

When a message is due is decided in alerts/steps.py; how it travels is in clinic/outbox/.
"""
