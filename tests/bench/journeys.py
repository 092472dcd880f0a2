"""Confirmations, whole journeys and sign-ins, over HTTP."""

from functools import partial

from django.contrib.auth.hashers import make_password

from accounts.models import OperationToken, PhoneDevice, User
from muqeem import codes
from tests.bench.load import FINGERPRINT, Deed, Visitor
from tests.bench.people import Actor, Cast
from tests.operations.journeys import RENEWAL

CITIZENS = 12  # who confirm in turn, beside four establishments
PASSWORD = "a sentence that nobody else has thought of"


def in_turns(*lists: list[Deed]) -> list[Deed]:
    """One of each, then the next of each."""
    return [deed for turn in zip(*lists, strict=True) for deed in turn]


# --- confirmations ---


def confirmations(cast: Cast, port: int, many: int) -> list[Deed]:
    """The last post of so many journeys; all before it was done beforehand."""
    each = -(-many // (CITIZENS + 4))
    actors = [*cast.citizens(CITIZENS, each), *cast.employers(each)]
    return in_turns(*([_confirmation(actor, port, place) for place in range(each)] for actor in actors))


def _confirmation(actor: Actor, port: int, place: int) -> Deed:
    actor.resident = actor.residents[place]
    token = actor.ready()
    return partial(_confirm, actor.visitor(port), str(token.uuid), token.fingerprint)


def _confirm(visitor: Visitor, token: str, fingerprint: str) -> None:
    assert visitor.post(f"/operations/{token}/", fingerprint=fingerprint).startswith("/receipts/")


# --- journeys ---


def journeys(cast: Cast, port: int, many: int) -> list[Deed]:
    """Renewals from the service's page to the receipt, each by another person, whose code comes as a text."""
    return [partial(_journey, actor.visitor(port), str(actor.resident.iqama_number)) for actor in cast.citizens(many, 1)]


def _journey(visitor: Visitor, iqama_number: str) -> None:
    """Every page that the person sees and every form that is posted."""
    service = f"/services/{RENEWAL}/"
    visitor.get(service)
    operation = visitor.post(service)
    visitor.get(operation)
    visitor.post(operation, code=codes.derive(operation.split("/")[2], 1))
    visitor.get(operation)
    visitor.post(operation, iqama_number=iqama_number, months="12")
    shown = FINGERPRINT.search(visitor.get(operation))
    assert shown
    receipt = visitor.post(operation, fingerprint=shown[1].decode())
    assert b"receipt" in visitor.get(receipt)


# --- signing in ---


def sign_ins(port: int, many: int) -> list[Deed]:
    """Both steps with their forms, by as many people."""
    password = make_password(PASSWORD)
    first = User.objects.count()
    names = [f"visitor{number}" for number in range(first, first + many)]
    users = User.objects.bulk_create(User(username=name, password=password, name_ar="زائر", name_en="VISITOR") for name in names)
    PhoneDevice.objects.bulk_create(PhoneDevice(user=user, name="phone", number=f"+96656{user.pk:07}", confirmed=True) for user in users)
    return [partial(_sign_in, Visitor(port), name) for name in names]


def _sign_in(visitor: Visitor, username: str) -> None:
    visitor.get("/sign-in/")
    step = visitor.post("/sign-in/", username=username, password=PASSWORD)
    token = OperationToken.objects.values_list("uuid", flat=True).filter(user__username=username).latest("pk")
    visitor.get(step)
    assert visitor.post(step, code=codes.derive(str(token), 1)) == "/"
