"""Signing in, the second factor, one's own account, invitations. What a role may do is in access.py."""
