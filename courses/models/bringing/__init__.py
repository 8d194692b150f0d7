"""Rows of files that were brought along, and of what was written from them."""
