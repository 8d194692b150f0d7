"""The time until somebody was reached about a report, and what happens if nobody is.

Who is alerted and how a message is sent is decided elsewhere.
"""
