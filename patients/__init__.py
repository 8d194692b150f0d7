"""Who is treated, and whether they may be."""
