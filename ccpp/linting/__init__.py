"""What is wrong with a catalogue, or will surprise: its structure, its requirements, settings and terms, and, beside real profiles, its reach.

A rule is a row of `rules`, an analysis one pure function of `analyses` or `reach`. Nothing here decides for a device, or changes anything.
"""
