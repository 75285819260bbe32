"""Simulated colleagues and readers."""
