"""Clinical sign-off: which content needs it, who gave it when and for which version.

What is content is found from the models (`needs_sign_off`) and from the shipped texts that settings name; what a
piece of content means stays with its own app. Pages are in `courses/admin/signing`.
"""
