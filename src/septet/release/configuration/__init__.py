"""Configuration items and their types: what there is, how it is built and what leans on it."""
