"""A clinic's logo: checked when it is uploaded, written again, and shown from a public address.

Where it appears is decided there: letters in courses/exchange, mails in clinic/outbox, pages in their templates.
"""
