from django.urls import path

from regulars.inbox.views import bulk, common, deeds, pages, ruling, writing

app_name = "inbox"
urlpatterns = [
    path("inbox/", pages.inbox, name="inbox"),
    path("inbox/lists/", pages.boxes, name="boxes"),
    path("inbox/bulk/", bulk.bulk, name="bulk"),
    path("inbox/new/", writing.new, name="new"),
    path("inbox/availability/", deeds.availability, name="availability"),
    path("inbox/undo/<str:token>/", common.undo, name="undo"),
    path("settings/arrival-rules/", ruling.rules, name="rules"),
    path("settings/arrival-rules/new/", ruling.rule, name="new_rule"),
    path("settings/arrival-rules/<int:arrival_rule_id>/", ruling.rule, name="rule"),
    path("settings/arrival-rules/<int:arrival_rule_id>/removal/", ruling.rule_removal, name="rule_removal"),
    path("inbox/<int:conversation_id>/", pages.conversation, name="conversation"),
    path("inbox/<int:conversation_id>/thread/", pages.thread, name="thread"),
    path("inbox/<int:conversation_id>/person/", pages.person, name="person"),
    path("inbox/<int:conversation_id>/reply/", writing.reply, name="reply"),
    path("inbox/<int:conversation_id>/note/", writing.note, name="note"),
    path(
        "inbox/<int:conversation_id>/notes/<int:remark_id>/removal/",
        writing.note_removal,
        name="note_removal",
    ),
    path("inbox/<int:conversation_id>/draft/", writing.draft, name="draft"),
    path("inbox/<int:conversation_id>/files/", writing.files, name="files"),
    path(
        "inbox/<int:conversation_id>/files/<int:draft_file_id>/removal/",
        writing.file_removal,
        name="file_removal",
    ),
    path("inbox/<int:conversation_id>/presence/", writing.presence, name="presence"),
    path("inbox/<int:conversation_id>/closure/", deeds.closure, name="closure"),
    path("inbox/<int:conversation_id>/reopening/", deeds.reopening, name="reopening"),
    path("inbox/<int:conversation_id>/spam/", deeds.spam, name="spam"),
    path("inbox/<int:conversation_id>/snooze/", deeds.snooze, name="snooze"),
    path("inbox/<int:conversation_id>/assignment/", deeds.assignment, name="assignment"),
    path("inbox/<int:conversation_id>/tags/", deeds.tags, name="tags"),
    path("inbox/<int:conversation_id>/priority/", deeds.priority, name="priority"),
    path("inbox/<int:conversation_id>/following/", deeds.following, name="following"),
    path("inbox/<int:conversation_id>/unread/", deeds.unread, name="unread"),
    path("inbox/<int:conversation_id>/merging/", deeds.merging, name="merging"),
]
