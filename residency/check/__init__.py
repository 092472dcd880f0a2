"""The public check: whether a visa is valid and whether a page is genuine, for anyone, without saying whose they are."""
