"""Import and export: files become records, records become files."""
