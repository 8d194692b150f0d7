"""Screens of a patient's file and of what a clinic asks: records entered, corrected, voided; types and questions.

The list and the form of patients are in patients/admin.py; what is written is decided in the modules beside it.
"""
