"""Pages of the engine: services, the journey, what came of it, and the public check."""
