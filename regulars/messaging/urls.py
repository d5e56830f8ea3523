from django.urls import path

from regulars.messaging.views import channels, consent, leaving, outbox, quarantine, threads

app_name = "messaging"
urlpatterns = [
    path("u/<str:seal>/", leaving.unsubscribe, name="unsubscribe"),
    path("u/<str:seal>/choose/", leaving.preferences, name="preferences"),
    path("messages/threads/<int:thread_id>/", threads.thread, name="thread"),
    path("messages/<int:message_id>/", threads.message, name="message"),
    path("messages/<int:message_id>/frame/", threads.frame, name="frame"),
    path("messages/files/<int:enclosure_id>/", threads.file, name="file"),
    path("settings/quarantine/", quarantine.quarantine, name="quarantine"),
    path("settings/quarantine/<int:arrival_id>/retry/", quarantine.retry, name="retry"),
    path("settings/quarantine/<int:arrival_id>/raw/", quarantine.raw, name="raw"),
    path("people/<int:person_id>/consent/", consent.consent, name="consent"),
    path("settings/outbox/", outbox.outbox, name="outbox"),
    path("settings/outbox/<int:sending_id>/<slug:deed>/", outbox.minding, name="minding"),
    path("settings/channels/", channels.channels, name="channels"),
    path("settings/channels/new/", channels.new_channel, name="new_channel"),
    path("settings/channels/<int:channel_id>/", channels.channel, name="channel"),
    path("settings/channels/<int:channel_id>/check/", channels.channel_check, name="channel_check"),
    path("settings/consent/", consent.purposes, name="purposes"),
    path("settings/consent/new/", consent.new_purpose, name="new_purpose"),
    path("settings/consent/<int:purpose_id>/", consent.purpose, name="purpose"),
    path("settings/consent/limits/<slug:message_class>/", consent.sending_rule, name="sending_rule"),
    path("settings/suppressions/", consent.suppressions, name="suppressions"),
    path(
        "settings/suppressions/<int:suppression_id>/removal/",
        consent.suppression_removal,
        name="suppression_removal",
    ),
]
