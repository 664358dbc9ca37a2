"""The addresses of the ways in. Those with a name are where the library allauth leads."""

from django.urls import path

from septet.surfaces.web.entrance import coming, mine

urlpatterns = [
    path("sign-in/", coming.sign_in, name="account_login"),
    path("sign-in/mail/", coming.mail_me),
    path("sign-in/password/", coming.by_password),
    path("sign-in/passkey/", coming.by_passkey, name="mfa_login_webauthn"),
    path("sign-in/second/", coming.second, name="mfa_authenticate"),
    path("sign-in/issuer/", coming.by_issuer),
    path("sign-in/<slug:provider_id>/back/", coming.from_issuer, name="openid_connect_callback"),
    path("sign-in/<str:secret>/", coming.by_link),
    path("sign-out/", coming.sign_out),
    path("me/sign-in/", mine.mine, name="mfa_index"),
    path("me/sign-in/later/", mine.later),
    path("me/sign-in/again/", mine.again, name="mfa_reauthenticate"),
    path("me/sign-in/again/passkey/", mine.again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("me/sign-in/again/password/", mine.again_by_password),
    path("me/sign-in/app/", mine.add_app, name="mfa_activate_totp"),
    path("me/sign-in/app/remove/", mine.remove_app, name="mfa_deactivate_totp"),
    path("me/sign-in/codes/", mine.codes, name="mfa_view_recovery_codes"),
    path("me/sign-in/codes/new/", mine.new_codes, name="mfa_generate_recovery_codes"),
    path("me/sign-in/passkeys/add/", mine.add_passkey, name="mfa_add_webauthn"),
    path("me/sign-in/passkeys/<int:pk>/remove/", mine.remove_passkey, name="mfa_remove_webauthn"),
    path("me/sign-in/passkeys/<int:pk>/rename/", mine.rename_passkey),
    path("me/sign-in/password/", mine.set_password),
    path("me/sign-in/sessions/end/", mine.end_sessions),
]
