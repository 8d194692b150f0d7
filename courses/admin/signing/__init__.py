"""Screens of clinical sign-off: the page of all content, one piece with its history, new versions of a red flag.

What needs sign-off and who gave it is in clinic/signing/; versions of red flags are in courses/flag_list/.
"""
