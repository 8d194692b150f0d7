"""Patients and past sessions brought along from a file, an import undone, all data of a clinic taken out.

A visit that takes place here is logged in sessions/; who counts as one person is in patients/identity/.
"""
