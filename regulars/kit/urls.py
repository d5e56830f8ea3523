from django.urls import path

from regulars.kit import views

app_name = "kit"
urlpatterns = [
    path("live/ticket", views.live_ticket, name="live_ticket"),
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/rows/", views.gallery_rows, name="gallery_rows"),
    path("gallery/catalogue/", views.gallery_catalogue, name="gallery_catalogue"),
    path("gallery/palette/", views.gallery_palette, name="gallery_palette"),
    path("gallery/drawer/", views.gallery_drawer, name="gallery_drawer"),
    path("gallery/edit/", views.gallery_edit, name="gallery_edit"),
    path("gallery/edit/undo/", views.gallery_undo, name="gallery_undo"),
    path("gallery/error/<int:status>/", views.gallery_error, name="gallery_error"),
    path("gallery/sign-in/", views.gallery_plain, name="gallery_plain"),
]
