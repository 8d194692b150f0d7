"""Tables of alerts: the alert with its history, silences, who is reached, the digest.

What happens to an alert is in courses/alerts/.
"""
