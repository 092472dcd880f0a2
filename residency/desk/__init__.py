"""The passport office's desk: one field for everything that is scanned or typed, and what follows from it."""
