"""What managers see: the day's numbers and the lists behind them.

A number about one course belongs to outlook/.
"""
