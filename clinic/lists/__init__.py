"""Lists in the admin: their filters, their addresses, and pickers with search.

The columns of a list belong to its screen.
"""
