"""What the demo's IT is made of: services, and the items that they need."""
