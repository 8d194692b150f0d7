"""Who a patient is: names, birth dates, phones and addresses as people write them; search, duplicates, merge.

Treatment and clearance are elsewhere.
"""
