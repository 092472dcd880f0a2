"""How a resident's name is written in Latin letters: as the passport writes it."""
