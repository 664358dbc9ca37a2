"""The calendar: what every type of record says of its dates, read together."""
