"""The networks, played on loopback: LinkedIn, Mastodon, Bluesky and the share dialogs of others."""
