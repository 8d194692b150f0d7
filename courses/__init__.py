"""A course of treatment from plan to outcome: the product.

Each folder is a slice; its first lines say what belongs there.
"""
