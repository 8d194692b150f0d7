"""Sign-in, two-factor sign-in, the user's own account and invitations.

What a role may do is in clinic/access.py; who works in a clinic is in clinic/people/.
"""
