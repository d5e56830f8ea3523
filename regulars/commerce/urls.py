from django.urls import path

from regulars.commerce.views import (
    editing,
    exporting,
    kinds,
    lists,
    order,
    own_fields,
    products,
    refunds,
    subscriptions,
)

app_name = "commerce"
urlpatterns = [
    path("orders/", lists.orders, name="orders"),
    path("orders/export/", exporting.orders, name="export_orders"),
    path("orders/new/", editing.new_order, name="new_order"),
    path("orders/<int:order_id>/", order.order, name="order"),
    path("orders/<int:order_id>/edit/", editing.edit, name="edit_order"),
    path("orders/<int:order_id>/cancellation/", order.cancellation, name="cancellation"),
    path("orders/<int:order_id>/reinstatement/", order.reinstatement, name="reinstatement"),
    path("orders/<int:order_id>/deletion/", order.deletion, name="deletion"),
    path("orders/<int:order_id>/restoration/", order.restoration, name="restoration"),
    path("orders/<int:order_id>/assignment/", order.assignment, name="assignment"),
    path("orders/<int:order_id>/assignment/undo/", order.assignment_undo, name="assignment_undo"),
    path("orders/<int:order_id>/own/<slug:key>/", own_fields.own_field, name="order_field"),
    path("orders/<int:order_id>/refunds/new/", refunds.new_refund, name="new_refund"),
    path("refunds/<int:refund_id>/withdrawal/", refunds.withdrawal, name="withdrawal"),
    path("products/", lists.products, name="products"),
    path("products/catalogue/", lists.product_catalogue, name="product_catalogue"),
    path("products/new/", products.new_product, name="new_product"),
    path("products/<int:product_id>/", products.product, name="product"),
    path("products/<int:product_id>/edit/", products.edit_product, name="edit_product"),
    path("products/<int:product_id>/deletion/", products.product_deletion, name="product_deletion"),
    path("products/<int:product_id>/restoration/", products.product_restoration, name="product_restoration"),
    path(
        "people/<int:person_id>/subscriptions/new/", subscriptions.new_subscription, name="new_subscription"
    ),
    path("subscriptions/<int:subscription_id>/", subscriptions.edit_subscription, name="edit_subscription"),
    path("subscriptions/<int:subscription_id>/renewal/", subscriptions.renewal, name="renewal"),
    path("subscriptions/<int:subscription_id>/ending/", subscriptions.ending, name="ending"),
    path("settings/kinds/", kinds.kinds, name="kinds"),
    path("settings/kinds/new/", kinds.new_kind, name="new_kind"),
    path("settings/kinds/level/", kinds.kind_level, name="kind_level"),
    path("settings/kinds/<int:kind_id>/", kinds.edit_kind, name="edit_kind"),
    path("settings/kinds/<int:kind_id>/removal/", kinds.kind_removal, name="kind_removal"),
    path("settings/currencies/", kinds.rates, name="rates"),
    path("settings/currencies/new/", kinds.new_rate, name="new_rate"),
    path("settings/currencies/<int:rate_id>/removal/", kinds.rate_removal, name="rate_removal"),
    path("settings/demo/", kinds.demo, name="demo"),
]
