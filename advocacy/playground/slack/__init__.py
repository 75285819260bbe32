"""Slack, played on loopback."""
