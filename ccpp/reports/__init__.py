"""Compatibility reports: every device against every application, for people who decide what to build, what to drop and what to test.

Pure values: devices and a catalogue in, a report out, and texts out of a report. No file is touched here and no clock is read.
"""
