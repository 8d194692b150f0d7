"""What /healthz answers."""
