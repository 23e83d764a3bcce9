"""Automatic call distribution: who waits where, who gets which call, and what the waiting caller hears."""
