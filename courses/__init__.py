"""A course of treatment from plan to outcome: the product."""
