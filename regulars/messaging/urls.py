from django.urls import path

from regulars.messaging.views import leaving, quarantine, threads, web_forms
from regulars.messaging.views.chat import lines, settings, widget

app_name = "messaging"
CHAT = "chat/<slug:site_key>"
urlpatterns = [
    path("chat/widget.js", widget.widget, name="widget"),
    path(f"{CHAT}/setup", lines.setup, name="chat-setup"),
    path(f"{CHAT}/session", lines.session, name="chat-session"),
    path(f"{CHAT}/introduction", lines.introduction, name="chat-introduction"),
    path(f"{CHAT}/messages", lines.lines, name="chat-lines"),
    path(f"{CHAT}/message", lines.message, name="chat-message"),
    path(f"{CHAT}/typing", lines.typing, name="chat-typing"),
    path(f"{CHAT}/reading", lines.reading, name="chat-reading"),
    path(f"{CHAT}/stream", lines.stream, name="chat-stream"),
    path(f"{CHAT}/rating", lines.rating, name="chat-rating"),
    path(f"{CHAT}/transcript", lines.transcript, name="chat-transcript"),
    path(f"{CHAT}/files/<int:enclosure_id>", lines.file, name="chat-file"),
    path("forms/<slug:form_key>/", web_forms.web_form, name="form"),
    path("forms/<slug:form_key>/look.css", web_forms.look, name="form-look"),
    path("settings/chat/", settings.chats, name="chats"),
    path("settings/chat/<int:site_id>/", settings.chat, name="chat-site"),
    path("settings/chat/<int:site_id>/key", settings.identity_key, name="chat-key"),
    path("settings/chat/<int:site_id>/preview/", settings.preview, name="chat-preview"),
    path("settings/forms/", settings.web_forms, name="web-forms"),
    path("settings/forms/<int:web_form_id>/", settings.web_form, name="web-form"),
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
