"""A backup is one file: the database, the documents, the list of settings, and a checksum of each.

Writing and reading that file belongs here. What happens to alerts and messages after a restore does not:
`settings.AFTER_RESTORE` names it.
"""
