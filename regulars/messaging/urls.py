from django.urls import path

from regulars.messaging.views import mailboxes, posts, quarantine, threads

app_name = "messaging"
urlpatterns = [
    path("messages/threads/<int:thread_id>/", threads.thread, name="thread"),
    path("messages/threads/<int:thread_id>/join/<int:other_id>/", threads.join, name="join"),
    path("messages/threads/<int:thread_id>/parting/", threads.parting, name="parting"),
    path("messages/<int:message_id>/split/", threads.split, name="split"),
    path("messages/<int:message_id>/", threads.message, name="message"),
    path("messages/<int:message_id>/frame/", threads.frame, name="frame"),
    path("messages/pictures/<str:secret>/", threads.picture, name="picture"),
    path("messages/files/<int:enclosure_id>/", threads.file, name="file"),
    path("posts/mail/<str:service>/<int:desk>/<str:secret>/", posts.posted_mail, name="posted_mail"),
    path("posts/reports/<str:service>/<int:desk>/<str:secret>/", posts.posted_reports, name="posted_reports"),
    path("settings/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("settings/mailboxes/new/", mailboxes.new_mailbox, name="new_mailbox"),
    path("settings/mailboxes/granted/", mailboxes.mailbox_granted, name="mailbox_granted"),
    path("settings/mailboxes/<int:mailbox_id>/", mailboxes.edit_mailbox, name="edit_mailbox"),
    path("settings/mailboxes/<int:mailbox_id>/test/", mailboxes.mailbox_test, name="mailbox_test"),
    path("settings/mailboxes/<int:mailbox_id>/pause/", mailboxes.mailbox_pause, name="mailbox_pause"),
    path("settings/mailboxes/<int:mailbox_id>/removal/", mailboxes.mailbox_removal, name="mailbox_removal"),
    path(
        "settings/mailboxes/<int:mailbox_id>/permission/",
        mailboxes.mailbox_permission,
        name="mailbox_permission",
    ),
    path("settings/quarantine/", quarantine.quarantine, name="quarantine"),
    path("settings/quarantine/<int:arrival_id>/retry/", quarantine.retry, name="retry"),
    path("settings/quarantine/<int:arrival_id>/raw/", quarantine.raw, name="raw"),
]
