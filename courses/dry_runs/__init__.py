"""What other limits of the rules would have found in the courses on record, before a clinic saves them.

Nothing here changes a row; the rules themselves are in rules/.
"""
