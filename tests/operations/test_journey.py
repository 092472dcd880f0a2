"""The journey over HTTP: each step, each thing that can go wrong in it."""

import pytest

from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_residency_is_renewed_from_the_menu_to_the_receipt(language: str) -> None:
    person = Person(language=language)
    before = person.resident.iqama.expires_on
    page = person.client.get("/services/")
    assert page.status_code == 200
    assert person.client.get("/services/iqama-renewal/").status_code == 200
    token = person.start()
    assert person.get(token).status_code == 200
    assert person.post(token, code=person.code(token)).status_code == 302
    assert person.get(token).status_code == 200
    assert person.post(token, iqama_number=person.resident.iqama_number, months="12").status_code == 302
    review = person.get(token)
    assert review.status_code == 200
    token.refresh_from_db()
    done = person.confirm(token)
    receipt = token.receipts.get()
    assert done.url == f"/receipts/{receipt.uuid}/"
    page = person.client.get(done.url)
    assert page.status_code == 200
    assert receipt.number in page.content.decode()
    person.resident.refresh_from_db()
    assert person.resident.iqamas.latest("version").expires_on == before.replace(year=before.year + 1)
