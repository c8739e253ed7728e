"""What is wanted: platform and tenant, their names, and the rules between them."""
