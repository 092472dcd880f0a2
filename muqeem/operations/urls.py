from django.urls import path

from muqeem.operations.views import journey, prepared, public, receipts, services, simulation

urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/<slug:slug>/", services.start, name="service"),
    path("services/<slug:slug>/simulate/", simulation.simulate, name="simulate"),
    path("operations/", receipts.my_operations, name="my-operations"),
    path("operations/<uuid:uuid>/", journey.journey, name="operation"),
    path("prepared/<uuid:uuid>/", prepared.prepared, name="prepared"),
    path("receipts/<uuid:uuid>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:uuid>.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("receipts/<uuid:uuid>/copies/", receipts.receipt_copies, name="receipt-copies"),
    path("documents/<str:serial>/", receipts.document, name="document"),
    path("documents/<str:serial>.pdf", receipts.document_pdf, name="document-pdf"),
    path("documents/<str:serial>/copies/", receipts.document_copies, name="document-copies"),
    path("check/keys", public.check_keys, name="check-keys"),
    path("fees/", public.fees, name="fees"),
]
