"""Ways a message travels: email and webhook.

When it travels, and what becomes of it, is in the outbox.
"""
