"""Pure Python that knows neither Django nor records: arithmetic on time, text, graphs and digests."""
