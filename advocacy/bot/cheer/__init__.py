"""What channels hear of how it goes: the week for everybody, summaries and results for editors."""
