"""Share codes: a resident lets somebody see what one purpose needs, for some days, and sees who looked."""
