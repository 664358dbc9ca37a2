"""The Support role cluster: incidents and interactions."""
