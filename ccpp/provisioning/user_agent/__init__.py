"""What a terminal does with what it is sent, as rules that run (WAP-184, WAP-185): a simulated one, for tests and for what-if."""
