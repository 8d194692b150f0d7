"""The outbox: messages wait in the database, are claimed, sent and settled.

The text of a message is written by the app that it belongs to.
"""
