from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.sign_in_code, name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("language/", views.language, name="language"),
    path("account/switch/", views.switch_account, name="switch-account"),
    path("account/password/", views.password, name="password"),
    path("account/authenticator/", views.enrol, name="enrol"),
    path("demo/phone/", views.demo_phone, name="demo-phone"),
]
