"""The Service role cluster: the service catalogue."""
