"""Who works in a clinic: inviting, joining, changing an address, the rota.

Signing in is in clinic/account/; who may do what is in clinic/access.py.
"""
