from django.urls import path

from residency import views

urlpatterns = [
    path("residents/", views.residents, name="residents"),
    path("residents/<uuid:uuid>/", views.resident, name="resident"),
]
