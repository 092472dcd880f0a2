"""The permit cards that passport offices print: which card a person was given for which version of the residency."""

from datetime import datetime, timedelta
from typing import NoReturn

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from muqeem import clock
from muqeem.operations.models import Document
from residency.models.papers import Iqama
from residency.models.people import Resident

TIME_TO_UNDO = timedelta(minutes=10)


class CardRefused(Exception):
    """No card was recorded, or none was undone; nothing changed."""


class AlreadyPrinted(CardRefused):
    """This version of the residency has its card."""

    def __init__(self, card: "Card") -> None:
        super().__init__(card.serial)
        self.card = card


class SerialUsed(CardRefused):
    """The card with this serial was given to somebody."""


class TooLateToUndo(CardRefused):
    """The time to undo is over, or it was undone before."""


class CardQuerySet(models.QuerySet["Card"]):
    def standing(self) -> "CardQuerySet":
        return self.filter(undone_at=None)


class Card(models.Model):
    """One printed card. A row is never changed but for its undoing, once; a trigger sees to it."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="cards")
    iqama = models.ForeignKey(Iqama, models.PROTECT, related_name="cards", verbose_name=_("residency permit"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="cards", verbose_name=_("document"))
    serial = models.CharField(_("card serial"), max_length=20)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("passport office"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("recorded"), db_default=clock.Now())
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by"))
    undo_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("permit card")
        verbose_name_plural = _("permit cards")
        constraints = [
            models.UniqueConstraint(fields=["serial"], condition=Q(undone_at=None), name="card_serial_once"),
            models.UniqueConstraint(fields=["iqama"], condition=Q(undone_at=None), name="card_one_a_version"),
            models.CheckConstraint(condition=Q(serial__regex=r"^[A-Z0-9]{6,20}$"), name="card_serial_signs"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undo_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason="")),
                name="card_undone_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def undo_until(self) -> datetime:
        return self.at + TIME_TO_UNDO

    def may_be_undone_by(self, clerk: User) -> bool:
        """Whether a clerk of the same office still has the time."""
        return self.undone_at is None and self.office_id == clerk.office_id and clock.now() < self.undo_until

    @classmethod
    def record(cls, document: Document, iqama: Iqama, serial: str, clerk: User) -> "Card":
        """Record that a card was printed for this version, once. Requires a transaction and a lock on the resident.

        Raises AlreadyPrinted or SerialUsed; the transaction goes on as if nothing had been tried.
        """
        assert clerk.office is not None
        try:
            with transaction.atomic():
                card = cls.objects.create(
                    resident_id=iqama.resident_id, iqama=iqama, document=document, serial=serial, office=clerk.office, user=clerk
                )
        except IntegrityError:
            _say_why_not(iqama, serial)
        Iqama.objects.filter(pk=iqama.pk).update(awaits_card=False)
        card.refresh_from_db()
        return card

    def undo(self, clerk: User, reason: str) -> None:
        """Take the record back; the renewal waits for its card again. Requires a transaction. Raises TooLateToUndo."""
        fresh = Card.objects.standing().filter(pk=self.pk, office=clerk.office_id, at__gt=clock.Now() - TIME_TO_UNDO)
        if not fresh.update(undone_at=clock.Now(), undone_by=clerk, undo_reason=reason):
            raise TooLateToUndo(self.serial)
        Iqama.objects.filter(pk=self.iqama_id).update(awaits_card=True)
        self.refresh_from_db()


def _say_why_not(iqama: Iqama, serial: str) -> NoReturn:
    card = Card.objects.standing().select_related("office", "user").filter(iqama=iqama).first()
    if card is not None:
        raise AlreadyPrinted(card) from None
    raise SerialUsed(serial) from None
