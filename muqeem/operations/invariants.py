"""What must hold in the database at every moment, as queries that return whatever breaks it.

The queries ask the tables, not the models, and know nothing of how the rows came to be: an error in the engine cannot
hide itself here. They name tables of the register, too, which stands above the engine and is not imported.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast

from muqeem.operations.models import Print, Receipt
from muqeem.operations.promises import REGISTER, Invariant
from muqeem.record import chain
from muqeem.record.models import Event


@dataclass(frozen=True)
class Violation:
    """A row that breaks a promise."""

    code: str
    promise: str
    row: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.code} {self.promise}: " + ", ".join(f"{name} {value}" for name, value in self.row.items())


# The token's row is the idempotency key: there is no other.
TOKENS = [
    Invariant(
        "I01",
        "a token is spent once for a person",
        """
        SELECT token_id AS token, resident_id AS resident, count(*) AS receipts
        FROM operations_receipt GROUP BY token_id, resident_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "I02",
        "a token is used if and only if something was done with it",
        """
        SELECT token.id AS token, token.used_at, count(receipt.id) AS receipts
        FROM accounts_operationtoken token LEFT JOIN operations_receipt receipt ON receipt.token_id = token.id
        GROUP BY token.id
        HAVING (token.used_at IS NOT NULL AND token.slug <> 'sign-in') <> (count(receipt.id) > 0)
        """,
    ),
    Invariant(
        "I03",
        "an operation falls into the life of its token",
        """
        SELECT receipt.number AS receipt, receipt.at, token.verified_at, token.expires_at
        FROM operations_receipt receipt JOIN accounts_operationtoken token ON token.id = receipt.token_id
        WHERE receipt.at NOT BETWEEN token.verified_at AND token.expires_at
           OR token.used_at NOT BETWEEN token.verified_at AND token.expires_at
           OR token.expires_at > token.verified_at + interval '1 second' + interval '15 minutes' * (1 + token.extensions)
        """,
    ),
    Invariant(
        "I04",
        "what was done is what was confirmed",
        """
        SELECT receipt.number AS receipt
        FROM operations_receipt receipt
        JOIN accounts_operationtoken token ON token.id = receipt.token_id
        JOIN residency_resident resident ON resident.id = receipt.resident_id
        WHERE (receipt.user_id, receipt.account_id, receipt.slug) IS DISTINCT FROM (token.user_id, token.account_id, token.slug)
           OR token.fingerprint = ''
           OR receipt.facts || (token.shown -> 'facts') IS DISTINCT FROM receipt.facts
           OR receipt.fee IS DISTINCT FROM token.shown -> 'fee'
           OR receipt.total IS DISTINCT FROM (token.shown ->> 'total')::numeric
           OR coalesce(receipt.facts ->> 'iqama_number', resident.iqama_number) IS DISTINCT FROM resident.iqama_number
        """,
    ),
    Invariant(
        "I05",
        "a token is opened by a good code within its five minutes and five tries",
        """
        SELECT id AS token, method, sends, tries, sent_at, verified_at
        FROM accounts_operationtoken
        WHERE (used_at IS NOT NULL AND verified_at IS NULL)
           OR tries > 5
           OR (verified_at IS NOT NULL AND tries < 1)
           OR (verified_at IS NOT NULL AND method = 'text'
               AND (sends < 1 OR sent_at IS NULL OR verified_at NOT BETWEEN sent_at AND sent_at + interval '330 seconds'))
        """,
    ),
    Invariant(
        "I19",
        "a token that did its work is never refused afterwards",
        """
        SELECT event.seq AS line, token.id AS token
        FROM record_event event JOIN accounts_operationtoken token ON token.uuid::text = event.subject
        WHERE event.kind = 'refusal' AND event.at > token.used_at + interval '5 seconds'
        """,
    ),
    Invariant(
        "I27",
        "what takes two people was prepared by one and confirmed by another, as it was prepared",
        """
        SELECT receipt.number AS receipt, preparation.id AS preparation
        FROM operations_receipt receipt
        JOIN accounts_account account ON account.id = receipt.account_id
        JOIN accounts_operationtoken token ON token.id = receipt.token_id
        LEFT JOIN accounts_operationtoken prepared ON prepared.id = token.confirms_id
        LEFT JOIN operations_preparation preparation ON preparation.token_id = prepared.id
        WHERE (token.confirms_id IS NOT NULL OR (receipt.slug IN ('final-exit-issue') AND receipt.at > account.four_eyes_since))
          AND (preparation.outcome, preparation.decided_by_id, prepared.data, prepared.slug, prepared.account_id)
              IS DISTINCT FROM ('confirmed', receipt.user_id, token.data, token.slug, token.account_id)
        """,
    ),
    Invariant(
        "I20",
        "codes are sent a minute apart unless answered, five an hour and ten a day unanswered, three hundred a day in all",
        """
        SELECT DISTINCT left(name, 12) AS name FROM (
            SELECT name,
                   at - lag(at) OVER (PARTITION BY name ORDER BY at) AS gap,
                   lag(answered) OVER (PARTITION BY name ORDER BY at) AS after_an_answer,
                   count(*) FILTER (WHERE NOT answered) OVER hour AS in_an_hour,
                   count(*) FILTER (WHERE NOT answered) OVER day AS in_a_day,
                   count(*) OVER day AS in_all
            FROM accounts_attempt WHERE kind = 'send'
            WINDOW hour AS (PARTITION BY name ORDER BY at RANGE interval '1 hour' PRECEDING),
                   day AS (PARTITION BY name ORDER BY at RANGE interval '1 day' PRECEDING)
        ) sends
        WHERE (gap < interval '1 minute' AND NOT after_an_answer) OR in_an_hour > 5 OR in_a_day > 10 OR in_all > 300
        """,
    ),
]

ACCOUNTS = [
    Invariant(
        "I06",
        "a package lost as many operations as receipts say",
        """
        SELECT account.number AS account, spent.spent, done.done
        FROM accounts_account account
        LEFT JOIN (SELECT account_id, sum(operations_spent) AS spent, min(operations_left) AS fewest
                   FROM accounts_subscription GROUP BY 1) spent ON spent.account_id = account.id
        LEFT JOIN (SELECT account_id, sum(spent) AS done FROM operations_receipt GROUP BY 1) done ON done.account_id = account.id
        WHERE coalesce(spent.spent, 0) <> coalesce(done.done, 0) OR spent.fewest < 0
        """,
    ),
    Invariant(
        "I10",
        "the account reached the resident",
        """
        SELECT receipt.number AS receipt, account.number AS account
        FROM operations_receipt receipt
        JOIN accounts_account account ON account.id = receipt.account_id
        JOIN residency_resident resident ON resident.id = receipt.resident_id
        JOIN accounts_account sponsor ON sponsor.id = resident.sponsor_id
        LEFT JOIN residency_resident head ON head.id = resident.head_id
        WHERE NOT coalesce(
            (coalesce(receipt.facts ->> 'employer_number', sponsor.number) = account.number
             AND (account.number NOT LIKE '1%' OR 'domestic' IN (resident.kind, head.kind)))
            OR (account.number LIKE '2%' AND account.number IN (resident.iqama_number, head.iqama_number)), false)
        """,
    ),
    Invariant(
        "I11",
        "whoever acted was a member then",
        """
        SELECT receipt.number AS receipt
        FROM operations_receipt receipt
        WHERE NOT EXISTS (
            SELECT FROM accounts_membership membership
            WHERE (membership.user_id, membership.account_id) = (receipt.user_id, receipt.account_id)
              AND membership.created_at <= receipt.at
              AND coalesce(membership.removed_at > receipt.at, true) AND coalesce(membership.suspended_at > receipt.at, true))
        """,
    ),
    Invariant(
        "I22",
        "a wallet holds the sum of its entries, each with the balance after it",
        """
        SELECT wallet.id AS wallet, wallet.balance, sums.total
        FROM accounts_wallet wallet
        LEFT JOIN (SELECT wallet_id, sum(amount) AS total, bool_and(balance = running) AS whole
                   FROM (SELECT wallet_id, amount, balance, sum(amount) OVER (PARTITION BY wallet_id ORDER BY id) AS running
                         FROM accounts_entry) entry GROUP BY 1) sums ON sums.wallet_id = wallet.id
        WHERE wallet.balance <> coalesce(sums.total, 0) OR NOT coalesce(sums.whole, true)
        """,
    ),
    Invariant(
        "I23",
        "a fee is paid once, from the wallet of the acting account, and for a receipt",
        """
        SELECT coalesce(receipt.number, entry.reference) AS receipt, receipt.total, entry.amount
        FROM (SELECT * FROM operations_receipt WHERE total <> 0) receipt
        FULL JOIN (SELECT entry.*, wallet.account_id FROM accounts_entry entry
                   JOIN accounts_wallet wallet ON wallet.id = entry.wallet_id WHERE entry.kind = 'operation') entry
          ON entry.reference = receipt.number AND entry.account_id = receipt.account_id
        WHERE entry.amount IS DISTINCT FROM -receipt.total
        """,
    ),
]

OUTBOX = [
    Invariant(
        "I12",
        "an operation has its pages, one a person, each with its first copy, the copies it was to give, and its texts",
        """
        SELECT receipt.number AS receipt, paper.pages, paper.first_copies, paper.copies, event.data -> 'pages' AS promised_pages,
               told.texts, event.data -> 'texts' AS promised_texts
        FROM operations_receipt receipt
        JOIN LATERAL (
            SELECT count(DISTINCT document.id) AS pages,
                   count(*) FILTER (WHERE printed.copy = 1) AS first_copies,
                   (SELECT count(*) FROM operations_print copied WHERE copied.receipt_id = receipt.id) AS copies
            FROM operations_document document LEFT JOIN operations_print printed ON printed.document_id = document.id
            WHERE document.receipt_id = receipt.id
        ) paper ON true
        LEFT JOIN record_event event ON event.kind = 'operation' AND event.subject = receipt.uuid::text
        LEFT JOIN (SELECT arguments ->> 'receipt' AS number, count(*) AS texts FROM record_message GROUP BY 1) told
          ON told.number = receipt.number
        WHERE paper.pages <> paper.first_copies OR paper.pages + paper.copies <> coalesce((event.data ->> 'pages')::int, 1)
           OR (event.data ->> 'texts')::int <> coalesce(told.texts, 0)
        """,
    ),
    Invariant(
        "I13",
        "nothing waits in an outbox for a minute without being looked at",
        """
        SELECT 'message' AS row, id, attempts, due_at FROM record_message
        WHERE sent_at IS NULL AND failed_at IS NULL
          AND (due_at < muqeem_now() - interval '1 minute' OR (attempts = 0 AND created_at < muqeem_now() - interval '1 minute'))
        UNION ALL
        SELECT 'copy', id, attempts, due_at FROM operations_print
        WHERE rendered_at IS NULL AND failed_at IS NULL
          AND (due_at < muqeem_now() - interval '1 minute' OR (attempts = 0 AND printed_at < muqeem_now() - interval '1 minute'))
        """,
    ),
    Invariant(
        "I14",
        "every sending of a code is one text, and what was sent was tried",
        """
        SELECT token.id::text AS row, token.sends AS expected, count(message.id) AS texts
        FROM accounts_operationtoken token LEFT JOIN record_message message ON message.arguments ->> 'token' = token.uuid::text
        GROUP BY token.id
        HAVING token.sends <> count(message.id) OR count(message.id) <> count(DISTINCT message.arguments ->> 'send')
        UNION ALL
        SELECT key::text, 1, attempts FROM record_message WHERE sent_at IS NOT NULL AND (attempts = 0 OR failed_at IS NOT NULL)
        """,
    ),
    Invariant(
        "I15",
        "no text speaks of what never happened",
        """
        SELECT message.key, message.template
        FROM record_message message
        LEFT JOIN operations_receipt receipt ON receipt.number = message.arguments ->> 'receipt'
        LEFT JOIN (
            SELECT uuid, sends FROM accounts_operationtoken
            UNION ALL SELECT uuid, sends FROM accounts_phonecode WHERE number <> ''  -- to nobody, no text leaves
        ) code ON code.uuid::text = message.arguments ->> 'token' AND code.sends >= (message.arguments ->> 'send')::int
        WHERE (message.arguments ? 'receipt' AND receipt.id IS NULL) OR (message.arguments ? 'token' AND code.uuid IS NULL)
        """,
    ),
    Invariant(
        "I16",
        "a copy that is ready has a file of its own with its hash, and copies are numbered without a gap",
        """
        SELECT document_id AS document, count(*) AS copies
        FROM operations_print GROUP BY document_id
        HAVING count(*) <> max(copy) OR min(copy) <> 1 OR count(DISTINCT copy) <> count(*)
            OR count(*) FILTER (WHERE rendered_at IS NOT NULL AND (file = '' OR sha256 !~ '^[0-9a-f]{64}$')) > 0
        UNION ALL
        SELECT min(document_id), count(*) FROM operations_print WHERE file <> '' GROUP BY file HAVING count(*) > 1
        """,
    ),
]

JOURNAL = [
    Invariant(
        "I17",
        "an operation stands in the journal once",
        """
        SELECT coalesce(receipt.number, event.data ->> 'receipt') AS receipt, count(event.id) AS lines
        FROM operations_receipt receipt
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'operation') event ON event.subject = receipt.uuid::text
        GROUP BY 1
        HAVING count(receipt.id) <> 1 OR count(event.id) <> 1
            OR bool_or(event.seq IS NULL OR event.data ->> 'receipt' IS DISTINCT FROM receipt.number)
        """,
    ),
    Invariant(
        "I18",
        "the journal's chain holds from its first line to its head",
        f"""
        SELECT seq AS line FROM (
            SELECT seq, at, kind, actor, account, subject, data, body, previous_hash, hash,
                   lag(hash, 1, '{chain.GENESIS}') OVER (ORDER BY seq) AS before, row_number() OVER (ORDER BY seq) AS place
            FROM record_event WHERE seq IS NOT NULL
        ) line
        WHERE seq <> place OR previous_hash <> before
           OR hash <> encode(sha256(convert_to(previous_hash || chr(10) || body, 'UTF8')), 'hex')
           OR body::jsonb - 'at' <> jsonb_build_object(
                'seq', seq, 'kind', kind, 'actor', actor, 'account', account, 'subject', subject, 'data', data)
           OR (body::jsonb ->> 'at')::timestamptz <> at
        UNION ALL
        SELECT head.seq FROM record_chainhead head
        WHERE head.seq <> (SELECT coalesce(max(seq), 0) FROM record_event)
           OR head.hash <> coalesce((SELECT hash FROM record_event WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1), '{chain.GENESIS}')
        """,  # noqa: S608 -- a constant of ours
    ),
]

INVARIANTS = sorted([*TOKENS, *ACCOUNTS, *REGISTER, *OUTBOX, *JOURNAL], key=lambda invariant: invariant.code)


DIGESTS = "a receipt is still what the journal's chain says of it"
FILES = "the file of a copy is the one that was rendered"


def violations(*, files: bool = False) -> Iterator[Violation]:
    """Whatever breaks a promise; `files` also reads every page back. One picture only inside one snapshot."""
    for invariant in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.query)
            names = [column.name for column in cursor.description or []]
            found = cursor.fetchall()
        for row in found:
            yield Violation(invariant.code, invariant.promise, dict(zip(names, row, strict=True)))
    yield from _rewritten_receipts()
    if files:
        yield from _rewritten_files()


def _rewritten_receipts() -> Iterator[Violation]:
    sealed = Event.objects.filter(kind="operation", subject=Cast(OuterRef("uuid"), CharField())).order_by("seq")
    receipts: QuerySet[Any] = Receipt.objects.annotate(sealed=Subquery(sealed.values("data__digest")[:1]))
    for receipt in receipts.order_by("pk").iterator(chunk_size=2000):
        if receipt.sealed is not None and receipt.sealed != receipt.digest():  # without a line at all it is I17's
            yield Violation("I24", DIGESTS, {"receipt": receipt.number})


def _rewritten_files() -> Iterator[Violation]:
    for printed in Print.objects.exclude(rendered_at=None).order_by("pk").iterator(chunk_size=2000):
        try:
            with printed.file.open() as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            found = type(error).__name__
        if found != printed.sha256:
            yield Violation("I25", FILES, {"copy": printed.pk, "file": printed.file.name, "found": found})
