"""Approved company stories in Slack and Microsoft Teams, reshared by colleagues with one click."""

__version__ = "0.1.0"
