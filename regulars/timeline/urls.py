from django.urls import path

from regulars.timeline.views import failures, feeds

app_name = "timeline"
urlpatterns = [
    path("people/<int:person_id>/timeline/", feeds.person_timeline, name="person"),
    path("people/<int:person_id>/timeline/news/", feeds.person_news, name="person_news"),
    path("companies/<int:company_id>/timeline/", feeds.company_timeline, name="company"),
    path("companies/<int:company_id>/timeline/news/", feeds.company_news, name="company_news"),
    path("settings/jobs/", failures.jobs, name="jobs"),
    path("settings/jobs/retry/", failures.retry_all, name="retry_all"),
    path("settings/jobs/<slug:source>/<int:number>/retry/", failures.retry, name="retry"),
    path("settings/jobs/<slug:source>/<int:number>/discard/", failures.discard, name="discard"),
]
