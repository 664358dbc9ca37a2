"""Which roles one person may hold together, and the dated waivers of what is not recommended."""
