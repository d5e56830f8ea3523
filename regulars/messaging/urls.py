from django.urls import path

from regulars.messaging.views import leaving, quarantine, threads

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
]
