"""What is one person's own: the home with its tabs, the digest, and the rhythm they choose."""
