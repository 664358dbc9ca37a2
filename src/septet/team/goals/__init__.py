"""Quality goals: what each role cluster is held to, measured live from the work itself."""
