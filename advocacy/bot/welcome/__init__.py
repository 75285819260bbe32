"""The first minute with the product: what this is, what is stored, connecting or not, and a share for practice."""
