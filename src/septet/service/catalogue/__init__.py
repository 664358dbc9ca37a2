"""Services: what IT provides, in its customers words."""
