"""Mutation testing: a small change in a decision, and a test that must notice it.

The changes are in changes.py; choosing and running the tests is in __main__.py.
"""
