"""From whom a clinic's emails come: its name with the installation's address, or an address of its own.

An address of its own is used only while its domain says that it may be: `records.py` knows what the domain must
say, `verifying.py` asks and writes down the answer. How a mail is sent is in clinic/outbox.
"""
