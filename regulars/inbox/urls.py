from django.urls import path

from regulars.inbox.views import bulk, common, deeds, hours, pages, satisfaction, targets, templates, writing

app_name = "inbox"
urlpatterns = [
    path("inbox/", pages.inbox, name="inbox"),
    path("inbox/lists/", pages.boxes, name="boxes"),
    path("inbox/bulk/", bulk.bulk, name="bulk"),
    path("inbox/new/", writing.new, name="new"),
    path("inbox/availability/", deeds.availability, name="availability"),
    path("inbox/undo/<str:token>/", common.undo, name="undo"),
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
urlpatterns += [
    path("inbox/<int:conversation_id>/templates/", templates.picker, name="picker"),
    path("inbox/<int:conversation_id>/templates/<int:template_id>/", templates.insertion, name="insertion"),
    path("inbox/<int:conversation_id>/follow-up/", satisfaction.follow_up, name="follow_up"),
    path(
        "inbox/follow-ups/<int:follow_up_id>/removal/",
        satisfaction.follow_up_removal,
        name="follow_up_removal",
    ),
    path("how/<str:secret>/", satisfaction.how, name="how"),
    path("settings/satisfaction/", satisfaction.satisfaction_settings, name="satisfaction_settings"),
    path("settings/templates/", templates.templates, name="templates"),
    path("settings/templates/new/", templates.new_template, name="new_template"),
    path("settings/templates/starters/", templates.template_starters, name="template_starters"),
    path("settings/templates/<int:template_id>/", templates.edit_template, name="edit_template"),
    path(
        "settings/templates/<int:template_id>/archive/", templates.template_archive, name="template_archive"
    ),
    path("settings/hours/", hours.hours, name="hours"),
    path("settings/hours/new/", hours.new_hours, name="new_hours"),
    path("settings/hours/<int:hours_id>/", hours.edit_hours, name="edit_hours"),
    path("settings/hours/<int:hours_id>/removal/", hours.hours_removal, name="hours_removal"),
    path("settings/hours/<int:hours_id>/days/new/", hours.new_day, name="new_day"),
    path("settings/hours/days/<int:day_id>/removal/", hours.day_removal, name="day_removal"),
    path("settings/targets/", targets.targets, name="targets"),
    path("settings/targets/new/", targets.new_target, name="new_target"),
    path("settings/targets/preview/", targets.target_preview, name="target_preview"),
    path("settings/targets/catalogue/", targets.target_catalogue, name="target_catalogue"),
    path("settings/targets/<int:target_id>/", targets.edit_target, name="edit_target"),
    path("settings/targets/<int:target_id>/switch/", targets.target_switch, name="target_switch"),
    path("settings/targets/<int:target_id>/up/", targets.target_up, name="target_up"),
    path("settings/targets/<int:target_id>/removal/", targets.target_removal, name="target_removal"),
]
