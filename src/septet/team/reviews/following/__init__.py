"""After a review was held: its minutes, what members say of them, and the actions until the last is done."""
