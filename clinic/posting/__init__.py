"""What stands between a form that was sent and its row: sign-in, the CSRF token, a second send, a stale page.

What a form asks belongs to the form.
"""
