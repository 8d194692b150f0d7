"""The checks between a sent form and its row: sign-in, CSRF token, second send, stale page.

The fields of a form belong to the form.
"""
