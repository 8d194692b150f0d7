"""Rows of files that were brought along: how each is read, what became of it, which records it wrote.

What is read and written is decided in courses/bringing/.
"""
