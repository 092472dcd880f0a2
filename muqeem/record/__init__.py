"""What happened, what is in force, what is to be said: text columns only, no foreign keys."""
