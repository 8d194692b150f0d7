"""Mail to patients, and its times.

The patient's answer is in checkins/.
"""
