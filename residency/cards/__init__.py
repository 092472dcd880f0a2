"""What is done about a card that is missing or damaged: it is reported, and another one takes its place."""
