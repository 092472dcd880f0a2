"""What is done with a visa that exists: extend, cancel, print again, pay its fine."""
