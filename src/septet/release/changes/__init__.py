"""Changes: from the request to the review."""
