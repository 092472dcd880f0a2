"""Passwords: Argon2id at OWASP's least cost, so that sign-in, not hashing, sets the pace."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: about 30 ms on one core."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
