"""Microsoft Teams, played on loopback."""
