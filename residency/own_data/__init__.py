"""My data: what the portal holds of whoever is signed in, who looked at it, and asking for a correction."""
