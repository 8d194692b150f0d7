"""The practitioner's screens."""
