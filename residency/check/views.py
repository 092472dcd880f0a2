"""The page of the public check: two forms, one answer, and a limit on how often an address may ask."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import visitors
from accounts.access import anyone
from accounts.models import looks
from accounts.models.limits import Paused
from muqeem.operations.models import Document
from residency.check import answers
from residency.check.answers import Answer
from residency.check.forms import DocumentForm, VisaForm
from residency.check.visas import find

logger = logging.getLogger(__name__)


@anyone
def check(request: HttpRequest) -> HttpResponse:
    """Whether a visa is valid or a page genuine. The forms tell themselves apart by what they ask."""
    visa_form = VisaForm(request.POST if "number" in request.POST else None)
    document_form = DocumentForm(request.POST if request.method == "POST" and not visa_form.is_bound else None)
    try:
        answer = _answer(request, visa_form, document_form)
    except Paused as paused:
        page = _page(request, visa_form, document_form, answers.too_many(paused.until), status=429)
        page.headers["Retry-After"] = str(paused.seconds)
        return page
    status = 422 if visa_form.errors or document_form.errors else 404 if answer and not answer.found else 200
    return _page(request, visa_form, document_form, answer, status=status)


def _page(request: HttpRequest, visa_form: VisaForm, document_form: DocumentForm, answer: Answer | None, *, status: int) -> HttpResponse:
    """The answer above the forms. What was found, or scanned, leaves an empty field to the next."""
    asked = visa_form if visa_form.is_bound else document_form
    if answer and (answer.found or "seal" in asked.cleaned_data):
        visa_form, document_form = VisaForm(initial={"fact": visa_form.chosen}), DocumentForm(awaits_scan="seal" in asked.cleaned_data)
    context = {"visa_form": visa_form, "document_form": document_form, "form": asked, "answer": answer}
    return render(request, "residency/check.html", context, status=status)


def _answer(request: HttpRequest, visa_form: VisaForm, document_form: DocumentForm) -> Answer | None:
    if visa_form.is_valid():
        return _visa(request, visa_form)
    return _document(request, document_form) if document_form.is_valid() else None


def _visa(request: HttpRequest, form: VisaForm) -> Answer:
    question = form.question()
    counted = looks.count_look(visitors.key_of(request), visitors.key_of(request, question.number))
    visa = find(question)
    logger.info("a visa was looked for by %s: %s", question.fact.name, "found" if visa else "no match")
    if visa is None:
        return answers.no_visa()
    looks.found(counted)
    return answers.of_visa(visa, question.fact)


def _document(request: HttpRequest, form: DocumentForm) -> Answer:
    if "seal" in form.cleaned_data:  # nothing to guess, so nothing to count
        return answers.of_seal(form.cleaned_data["seal"])
    serial, code = form.cleaned_data["serial"], form.cleaned_data["code"]
    counted = looks.count_look(visitors.key_of(request), visitors.key_of(request, serial))
    document = Document.objects.select_related("receipt").filter(serial=serial, code=code).first()
    logger.info("a page was looked for by its code: %s", "found" if document else "no match")
    if document is None:
        return answers.no_document()
    looks.found(counted)
    return answers.of_document(document)
