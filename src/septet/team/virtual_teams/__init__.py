"""Virtual teams: people of several role clusters and of partners who work together for one service or project."""
