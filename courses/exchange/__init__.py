"""What leaves the clinic: letters."""
