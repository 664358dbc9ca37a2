"""What a record is and how it changes. Knows no page, no address, no cluster."""
