"""The fictional company's news site."""
