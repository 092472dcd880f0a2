"""What a person says is wrong in what the portal holds, and what staff answer."""

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from muqeem import clock
from muqeem.record.models import Event, Message
from muqeem.record.outbox import post
from muqeem.serials import LENGTH, new_serial, show_serial
from residency.models.people import Resident


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> "CorrectionQuerySet":
        return self.filter(answered_at=None)


class Correction(models.Model):
    """A request of one person about their own entries. Answering corrects nothing by itself: staff change the entry first."""

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("corrected")
        REFUSED = "refused", _("left as it is")

    reference = models.CharField(_("reference"), max_length=LENGTH, unique=True, default=new_serial, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="corrections")
    entry = models.CharField(_("entry"), max_length=100)
    claim = models.CharField(_("what it should be"), max_length=500)
    proof = models.CharField(_("proof"), max_length=500)
    created_at = models.DateTimeField(_("received"), db_default=clock.Now())
    answered_at = models.DateTimeField(_("answered"), null=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, outcome="", answer="") | (Q(answered_at__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="correction_answered_whole",
            )
        ]

    def __str__(self) -> str:
        return show_serial(self.reference)

    def reply(self, outcome: str, answer: str, *, by: str) -> bool:
        """Answer it once; the person is told. Opens a transaction."""
        with transaction.atomic():
            open_row = Correction.objects.waiting().filter(pk=self.pk)
            if not open_row.update(answered_at=clock.Now(), outcome=outcome, answer=answer):
                return False
            if self.user.email:
                post(
                    channel=Message.Channel.MAIL,
                    template="correction-answered",
                    language=self.user.language,
                    receiver=self.user.email,
                    arguments={"ref": str(self), "answer": answer},
                )
            Event.objects.seal("correction-answered", actor=by, subject=self.reference, outcome=outcome, answer=answer)
        return True
