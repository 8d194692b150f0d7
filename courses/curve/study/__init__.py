"""How good the curve is: held-out evaluation, injected rises, simulated clinics.

Nothing here runs when a session is saved.
"""
