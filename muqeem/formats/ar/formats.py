"""Numbers as on Saudi cards and bills, days and moments as the portal says them: Latin digits, 24 hours."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DATE_FORMAT = "j F Yم"
SHORT_DATE_FORMAT = "Y/m/d"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Yم، H:i"
SHORT_DATETIME_FORMAT = "Y/m/d H:i"
