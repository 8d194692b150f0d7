"""A course of treatment from plan to outcome: the product.

Each folder is a slice; the first lines of its `__init__.py` say what belongs there.
"""
