"""The API: every registered type over HTTP, as JSON."""
