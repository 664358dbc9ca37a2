"""The guide and the reference, shown inside the product."""
