"""The patient's own page: how a patient answers after a session.

When a patient is asked is in reminders/; how the answer is stored is in sessions/.
"""
