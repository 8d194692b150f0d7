"""Whether each alert really left: who looks, what is put right, what /healthz and the fault list say.

The clock from report to first accepted message is in alerts/reached/.
"""
