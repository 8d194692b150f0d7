"""Letters, which leave the clinic.

Mail to patients is in reminders/.
"""
