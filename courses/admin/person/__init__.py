"""Screens of one patient: record, intake, merging two records, letters.

What a letter says is in courses/exchange/; who counts as the same person is in patients/identity/.
"""
