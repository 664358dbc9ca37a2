"""From an authorised change to its review: build, test, do, look back."""
