"""Ways to hand short messages on: `gateway` what every way has in common, `webhook` an HTTP POST, `session` and `smpp` a centre's own protocol."""
