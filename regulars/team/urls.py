from __future__ import annotations

from django.urls import path

from regulars.team.views import audit, business, doors, keys, members, notices, profile, teams

app_name = "team"
urlpatterns = [
    path("enter/<str:token>/", doors.enter, name="enter"),
    path("join/<str:token>/", doors.join, name="join"),
    path("settings/", profile.profile, name="settings"),
    path("settings/security/", profile.security, name="security"),
    path("settings/password/", profile.password, name="password"),
    path("settings/sessions/closure", profile.sessions_closure, name="sessions-closure"),
    path("settings/notices/", notices.notices, name="notices"),
    path("settings/notices/bell", notices.bell, name="bell"),
    path("settings/notices/reading", notices.reading, name="notices-reading"),
    path("settings/notices/<int:notice_id>/", notices.notice, name="notice"),
    path("settings/business/", business.business, name="business"),
    path("settings/permissions/", business.permission_table, name="permissions"),
    path("settings/openid/", business.provider, name="provider"),
    path("settings/openid/removal", business.provider_removal, name="provider-removal"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/<int:member_id>/", members.member, name="member"),
    path("settings/members/<int:member_id>/deactivation", members.deactivation, name="deactivation"),
    path("settings/members/<int:member_id>/reactivation", members.reactivation, name="reactivation"),
    path("settings/members/<int:member_id>/sign-in-link", members.sign_in_link, name="sign-in-link"),
    path(
        "settings/members/<int:member_id>/second-step-reset",
        members.second_step_reset,
        name="second-step-reset",
    ),
    path("settings/invitations/new", members.invitation, name="invitation"),
    path(
        "settings/invitations/<int:invitation_id>/revocation",
        members.invitation_revocation,
        name="invitation-revocation",
    ),
    path("settings/teams/", teams.teams, name="teams"),
    path("settings/teams/new", teams.new_team, name="new-team"),
    path("settings/teams/<int:team_id>/", teams.team, name="team"),
    path("settings/teams/<int:team_id>/deletion", teams.deletion, name="team-deletion"),
    path("settings/keys/", keys.keys, name="keys"),
    path("settings/keys/new", keys.new_key, name="new-key"),
    path("settings/keys/<int:key_id>/revocation", keys.revocation, name="key-revocation"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/audit/export.csv", audit.audit_export, name="audit-export"),
]
