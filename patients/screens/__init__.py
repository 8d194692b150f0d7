"""Screens of a patient's file and the clinic's catalogues: records entered, corrected, voided; types, questions.

The list and the form of patients are in patients/admin.py; what is written is decided in the modules beside it.
"""
