"""Agreements: what was promised to whom, and how fast."""
