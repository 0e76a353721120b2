"""What an application needs of a device: an expression over constraints on attributes, written in SHACL."""
