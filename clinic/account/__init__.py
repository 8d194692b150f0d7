"""Signing in, the second factor, one's own account, invitations.

What a role may do is in clinic/access.py; who works in a clinic is in clinic/people/.
"""
