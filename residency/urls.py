from django.urls import path

from residency import views
from residency.check.views import check
from residency.desk import phones
from residency.desk import views as desk
from residency.own_data import views as own_data
from residency.registration import views as registration
from residency.sharing import views as sharing

urlpatterns = [
    path("residents/", views.residents, name="residents"),
    path("residents/ask-employer/<slug:slug>/", views.ask_employer, name="ask-employer"),
    path("residents/<uuid:uuid>/", views.resident, name="resident"),
    path("register/", registration.start, name="register"),
    path("register/user/", registration.go_on, name="registration"),
    path("account/data/", own_data.own_data, name="own-data"),
    path("account/data.json", own_data.download, name="own-data-file"),
    path("account/data/correct/", own_data.correct, name="correct"),
    path("account/shares/", sharing.shares, name="shares"),
    path("account/shares/<uuid:uuid>/withdraw/", sharing.withdraw_share, name="withdraw-share"),
    path("share/", sharing.shared, name="shared"),
    path("check/", check, name="check"),
    path("desk/", desk.desk, name="desk"),
    path("desk/documents/<str:serial>/", desk.document, name="desk-document"),
    path("desk/documents/<str:serial>.pdf", desk.pdf, name="desk-pdf"),
    path("desk/documents/<str:serial>/copy/", desk.copy, name="desk-copy"),
    path("desk/documents/<str:serial>/copies/", desk.copies, name="desk-copies"),
    path("desk/documents/<str:serial>/card/", desk.card, name="desk-card"),
    path("desk/documents/<str:serial>/card/undo/", desk.undo, name="desk-undo"),
    path("desk/residents/<uuid:uuid>/", desk.resident, name="desk-resident"),
    path("desk/shift/", desk.todays_work, name="desk-shift"),
    path("desk/phones/", phones.phones, name="desk-phones"),
    path("desk/phones/<uuid:uuid>/", phones.decide_phone, name="desk-phone"),
    path("desk/queue/", desk.cards_awaited, name="desk-queue"),
]
