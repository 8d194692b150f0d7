"""The outbox: messages wait in the database, are claimed, sent and settled."""
