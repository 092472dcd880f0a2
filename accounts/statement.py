"""The statement of a wallet as a workbook."""

from io import BytesIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from accounts.models import Wallet
from muqeem.clock import RIYADH

MOST_ROWS = 10_000
FORMULAS = tuple("=+-@\t\r\0")  # what a formula may begin with


def workbook(wallet: Wallet) -> bytes:
    """The newest movements of a wallet in the active language."""
    file = BytesIO()
    book = Workbook(file, {"in_memory": True})
    moment, money, head = (
        book.add_format(look) for look in ({"num_format": "yyyy-mm-dd hh:mm"}, {"num_format": "#,##0.00"}, {"bold": True})
    )
    sheet = book.add_worksheet(_("Statement"))
    if get_language() == "ar":
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 6, 20)
    for column, title in enumerate([_("When"), _("What"), _("Reference"), _("Reason"), _("Done by"), _("Amount"), _("Balance")]):
        sheet.write_string(0, column, title, head)
    entries = wallet.entries.order_by("-id")[:MOST_ROWS] if wallet.pk else []
    for row, entry in enumerate(entries, start=1):
        sheet.write_datetime(row, 0, entry.at.astimezone(RIYADH).replace(tzinfo=None), moment)
        for column, text in enumerate([entry.get_kind_display(), entry.reference, entry.reason, entry.actor], start=1):
            sheet.write_string(row, column, _harmless(str(text)))
        sheet.write_number(row, 5, float(entry.amount), money)
        sheet.write_number(row, 6, float(entry.balance), money)
    book.close()
    return file.getvalue()


def _harmless(text: str) -> str:
    """A text that stays one when the sheet is saved in a format without types and opened again."""
    return f"'{text}" if text[:1] in FORMULAS else text
