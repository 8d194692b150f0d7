"""The screens of practitioners, leads, managers and the front desk.

A screen asks and shows; what is written is decided in the slice that it belongs to.
"""
