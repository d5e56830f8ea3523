from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommerceConfig(AppConfig):
    name = "regulars.commerce"
    label = "commerce"

    def ready(self) -> None:
        from regulars.commerce import reactions, tasks  # noqa: F401  declare themselves
        from regulars.commerce.actions import imports  # noqa: F401  registers the importer of orders
        from regulars.commerce.models import Order
        from regulars.commerce.queries.order_traits import (
            order_traits,
            product_traits,
            refund_traits,
            subscription_traits,
        )
        from regulars.commerce.queries.traits import behaviours, company_traits, person_traits
        from regulars.commerce.views.panels import register_panels
        from regulars.kit.settings_pages import register_settings_page
        from regulars.kit.traits import register_behaviour, register_trait
        from regulars.team.actions.business import register_currency_holder

        register_trait(
            *person_traits(),
            *company_traits(),
            *order_traits(),
            *refund_traits(),
            *product_traits(),
            *subscription_traits(),
        )
        register_behaviour(*behaviours())
        register_panels()
        register_currency_holder(lambda: Order.objects.live().exists())
        section = _("Commerce")
        register_settings_page(_("Product kinds"), "sitemap", "commerce:kinds", "products.see", 70, section)
        register_settings_page(_("Currencies"), "coins", "commerce:rates", "business.change", 71, section)
        register_settings_page(_("Demo"), "confetti", "commerce:demo", "business.change", 72, section)
