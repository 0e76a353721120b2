"""Which requirements a profile meets: the meaning (`definition`), a compiled engine (`compiler`), the reasons (`explanation`)."""
