"""What other limits of the rules would have found in past courses, before a clinic saves them.

Nothing here changes a row; the rules themselves are in rules/.
"""
