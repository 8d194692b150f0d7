"""The outbox: messages wait in the database, are claimed, sent and settled.

What a message says is written by the app that it is about.
"""
