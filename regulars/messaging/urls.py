from django.urls import path

from regulars.messaging.views import connections, hooks, logging, quarantine, searching, threads

app_name = "messaging"
urlpatterns = [
    path("messages/threads/<int:thread_id>/", threads.thread, name="thread"),
    path("messages/search/", searching.search, name="search"),
    path("messages/log/<int:person_id>/", logging.log, name="log"),
    path("messages/<int:message_id>/", threads.message, name="message"),
    path("messages/<int:message_id>/frame/", threads.frame, name="frame"),
    path("messages/files/<int:enclosure_id>/", threads.file, name="file"),
    path("hooks/<str:hook_key>/", hooks.hook, name="hook"),
    path("hooks/files/<str:sealed>", hooks.provider_file, name="provider_file"),
    path("settings/connections/", connections.connections, name="connections"),
    path("settings/connections/new/<str:provider_kind>/", connections.new_connection, name="new_connection"),
    path("settings/connections/<int:connection_id>/", connections.connection, name="connection"),
    path("settings/connections/<int:connection_id>/check/", connections.check, name="check_connection"),
    path("settings/quarantine/", quarantine.quarantine, name="quarantine"),
    path("settings/quarantine/<int:arrival_id>/retry/", quarantine.retry, name="retry"),
    path("settings/quarantine/<int:arrival_id>/raw/", quarantine.raw, name="raw"),
]
