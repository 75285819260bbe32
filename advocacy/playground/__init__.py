"""The outside world on loopback: Slack, Microsoft Teams and the networks over real HTTP. Imports no other room."""
