"""The page on which the whole outside world can be seen and pressed."""
