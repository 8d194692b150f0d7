"""Lists in the admin: their filters, their addresses, and the choices that are searched for.

The columns of a list belong to its screen.
"""
