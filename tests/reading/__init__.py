"""How easily a patient reads what the product says."""
