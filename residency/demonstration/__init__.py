"""Believable people for a demonstration: everybody is invented and stands in number blocks that are kept free for this."""
