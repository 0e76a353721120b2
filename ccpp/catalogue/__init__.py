"""What can be provisioned: applications, their variants, and what each asks of a device."""
