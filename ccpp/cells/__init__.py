"""The values that an attribute can have, divided into cells that constraints cannot tell apart, and a value or some of each."""
