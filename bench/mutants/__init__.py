"""Mutation testing: a small change in a decision, and a test that must notice it.

What is changed, and how, is in changes.py; which tests judge it, and the run, are in __main__.py.
"""
