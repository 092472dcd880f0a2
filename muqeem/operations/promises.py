"""What a promise of the database is, and the promises about the register, which stands above the engine and is not imported."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """One promise; `query` selects the rows that break it."""

    code: str
    promise: str
    query: str


REGISTER = [
    Invariant(
        "I07",
        "the versions of a residency permit have no gap",
        """
        SELECT resident_id AS resident, min(version) AS first, max(version) AS last, count(*) AS versions
        FROM residency_iqama GROUP BY resident_id HAVING max(version) - min(version) + 1 <> count(*)
        """,
    ),
    Invariant(
        "I08",
        "every renewal is the version that its receipt tells of",
        """
        SELECT receipt.number AS receipt, iqama.version, iqama.expires_on
        FROM operations_receipt receipt
        LEFT JOIN residency_iqama iqama
          ON iqama.resident_id = receipt.resident_id AND iqama.version = (receipt.facts ->> 'card_version')::int
        WHERE receipt.slug = 'iqama-renewal'
          AND (iqama.expires_on::text, iqama.starts_on::text, iqama.months)
              IS DISTINCT FROM
              (receipt.facts ->> 'new_expires_on', receipt.facts ->> 'starts_on', (receipt.facts ->> 'months')::int)
        """,
    ),
    Invariant(
        "I09",
        "every renewal begins where the version before it ended",
        """
        SELECT receipt.number AS receipt, before.expires_on
        FROM operations_receipt receipt
        LEFT JOIN residency_iqama before
          ON before.resident_id = receipt.resident_id AND before.version = (receipt.facts ->> 'card_version')::int - 1
        WHERE receipt.slug = 'iqama-renewal'
          AND (before.expires_on::text IS DISTINCT FROM receipt.facts ->> 'expires_on'
               OR receipt.facts ->> 'starts_on' IS DISTINCT FROM receipt.facts ->> 'expires_on')
        """,
    ),
    Invariant(
        "I28",
        "every replacement is the version that its receipt tells of, with the days of the version before, and settles the report it names",
        """
        SELECT receipt.number AS receipt, iqama.version, report.number AS report
        FROM operations_receipt receipt
        LEFT JOIN residency_iqama iqama
          ON iqama.resident_id = receipt.resident_id AND iqama.version = (receipt.facts ->> 'card_version')::int
        LEFT JOIN residency_iqama before ON before.resident_id = iqama.resident_id AND before.version = iqama.version - 1
        LEFT JOIN residency_missingreport report ON report.replaced_by_id = iqama.id
        WHERE receipt.slug = 'iqama-replacement'
          AND ((iqama.issued_on::text, iqama.expires_on::text, iqama.starts_on)
               IS DISTINCT FROM (receipt.facts ->> 'issued_on', receipt.facts ->> 'permit_until_on', before.starts_on)
               OR before.expires_on IS DISTINCT FROM iqama.expires_on
               OR report.number IS DISTINCT FROM receipt.facts ->> 'missing_report_number')
        """,
    ),
    Invariant(
        "I26",
        "a page of a visa has its visa, of that person and that day, and none was granted beyond the residency",
        """
        SELECT receipt.number AS receipt, document.serial, visa.number AS visa
        FROM operations_receipt receipt
        JOIN operations_document document ON document.receipt_id = receipt.id
        LEFT JOIN residency_visa visa ON visa.number = document.facts ->> 'visa_number'
        WHERE receipt.slug IN ('exit-reentry-issue', 'final-exit-issue')
          AND (visa.resident_id IS DISTINCT FROM document.resident_id
               OR visa.issued_on::text IS DISTINCT FROM receipt.facts ->> 'issued_on'
               OR coalesce(document.facts ->> 'until_on' > document.facts ->> 'permit_until_on', true))
        """,
    ),
    Invariant(
        "I21",
        "a person has one open visa at a time",
        """
        SELECT one.number AS visa, other.number AS other
        FROM residency_visa one JOIN residency_visa other ON other.resident_id = one.resident_id AND other.id > one.id
        WHERE one.kind IN ('single', 'multiple', 'final') AND other.kind IN ('single', 'multiple', 'final')
          AND one.cancelled_on IS NULL AND one.used_on IS NULL AND one.fined_on IS NULL
          AND other.cancelled_on IS NULL AND other.used_on IS NULL AND other.fined_on IS NULL
          AND daterange(one.issued_on, one.ends_on, '[]') && daterange(other.issued_on, other.ends_on, '[]')
        """,
    ),
]
