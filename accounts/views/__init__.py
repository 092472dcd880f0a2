"""Pages of people about themselves: signing in, the security of the account, language and account."""
