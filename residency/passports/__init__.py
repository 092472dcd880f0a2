"""What is told of a resident's passport: that it was extended, or that there is a new one."""
