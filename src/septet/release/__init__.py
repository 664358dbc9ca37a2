"""The Release role cluster: changes, configuration items and articles."""
