"""What holds for every record type and every action, generated from the registry and its examples."""
