"""What the patient is sent, and when."""
