"""Articles: what we know, written down for whom it is meant."""
