"""The screens of practitioners, leads, managers and the front desk.

A screen asks and shows; its slice decides what is written.
"""
