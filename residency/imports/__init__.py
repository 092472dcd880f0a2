"""The one door for facts of other authorities: CSV files, one kind of fact a file, whole or not at all."""
