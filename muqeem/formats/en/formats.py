"""Numbers as on Saudi cards and bills: Latin digits, a point, commas for thousands."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
