"""Ways to send a message: email and webhook.

When it is sent, and what happens afterwards, is in the outbox.
"""
