from django.urls import path

from residency import views

urlpatterns = [
    path("residents/", views.residents, name="residents"),
    path("residents/ask-employer/<slug:slug>/", views.ask_employer, name="ask-employer"),
    path("residents/<uuid:uuid>/", views.resident, name="resident"),
]
