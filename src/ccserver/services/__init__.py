"""Thin asynchronous services: they move events in and commands out, and decide nothing."""
