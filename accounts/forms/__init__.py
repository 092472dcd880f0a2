"""What people type about themselves and their account. Forms never save."""
