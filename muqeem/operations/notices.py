"""Who is told of an operation beside those whom it is about: whoever did it or prepared it, and the main users where that was another."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import OperationToken
from accounts.models.notices import Kind, Words, tell
from muqeem.operations.models import Receipt
from muqeem.sentences import say, sentence

DONE = sentence("notice-done", _("%(done)s. Receipt %(number)s"))
DONE_BY = sentence("notice-done-by", _("%(done)s. By %(who)s, receipt %(number)s"))


def tell_of(receipt: Receipt, token: OperationToken, numbers: Collection[str]) -> None:
    """Tell them in the operation's transaction. `numbers` have a text of it already."""
    values = {"done": receipt.titles, "number": receipt.number}
    leads_to = reverse("receipt", args=[receipt.uuid])
    words = {"slug": receipt.slug, "number": receipt.number, "of": str(receipt.uuid)}
    users = {member.user for member in receipt.account.main_users()} | {token.user}
    if token.confirms:
        users.add(token.confirms.user)
    for user in sorted(users, key=lambda each: each.pk):
        if user == token.user:
            phone = user.phone()
            text = None if phone and phone.number in numbers else Words("done", words)
            mail = Words("done", words)
            tell(user, Kind.DONE, say(DONE, **values), account=receipt.account, leads_to=leads_to, is_seen=True, text=text, mail=mail)
        else:
            mail = Words("done-by", words | {"who": token.user.names})
            said = say(DONE_BY, who=token.user.names, **values)
            tell(user, Kind.DELEGATED, said, account=receipt.account, leads_to=leads_to, mail=mail)
