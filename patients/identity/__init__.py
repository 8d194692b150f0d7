"""Who a patient is: names, birth dates, phones and addresses as people write them; search, duplicates, merge.

What is treated, and whether it may be, belongs elsewhere.
"""
