"""What /healthz and /metrics answer, and the heartbeat.

Each check of an app above registers itself in the settings; its code stays in that app.
"""
