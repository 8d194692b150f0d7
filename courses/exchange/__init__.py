"""What leaves the clinic: letters.

What a patient is sent by mail is in reminders/.
"""
