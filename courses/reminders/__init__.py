"""What the patient is sent, and when.

The patient's answer is in checkins/.
"""
