"""Engines that speak a text."""
