"""Checks that every alert was really sent, repairs what it can, and reports faults to /healthz and the fault list.

The clock from report to first accepted message is in alerts/reached/.
"""
