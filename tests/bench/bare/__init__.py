"""A Django project with nothing in it, on the portal's tables."""
