"""How typed dates, times, numbers, names, phones and text are read.

Each module either understands a value or refuses it with a message that names it.
"""
