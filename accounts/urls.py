from django.urls import path

from accounts.views import choices, money, security, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-in/lost-phone/", sign_in.lost_phone, name="lost-phone"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("language/", choices.language, name="language"),
    path("account/session/", choices.stay, name="stay"),
    path("account/switch/", choices.switch_account, name="switch-account"),
    path("account/unsent/", sign_in.unsent_form, name="unsent"),
    path("account/security/", security.security, name="security"),
    path("account/password/", security.password, name="password"),
    path("account/authenticator/", security.enrol, name="enrol"),
    path("account/backup-codes/", security.backup_codes, name="backup-codes"),
    path("account/browsers/", security.own_browsers, name="browsers"),
    path("account/money/", money.money, name="money"),
    path("account/money/statement.xlsx", money.statement, name="statement"),
    path("account/money/deposit/", money.deposit, name="deposit"),
    path("account/bills/<slug:number>/", money.bill, name="bill"),
    path("account/subscription/", money.subscription, name="subscription"),
    path("account/subscription/bill/", money.subscribe, name="subscribe"),
    path("payments/", money.payment_notice, name="payment-notice"),
    path("demo/phone/", choices.demo_phone, name="demo-phone"),
]
