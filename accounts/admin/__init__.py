"""What staff keep of people, accounts, packages and money."""

from accounts.admin import joining, money, people

__all__ = ["joining", "money", "people"]
