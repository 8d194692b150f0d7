"""How easy the product's texts are for patients."""
