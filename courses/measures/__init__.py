"""What is measured beside pain: entered at the start, at reviews and at the end.

Pain scores belong to sessions/.
"""
