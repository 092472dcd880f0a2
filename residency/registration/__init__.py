"""A person on record becomes a user: number and birth date, a code to the phone on record, a name and a password."""
