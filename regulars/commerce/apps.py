from django.apps import AppConfig


class CommerceConfig(AppConfig):
    name = "regulars.commerce"
    label = "commerce"

    def ready(self) -> None:
        from regulars.commerce import tasks  # noqa: F401  declares them
        from regulars.commerce.queries.order_traits import order_traits, product_traits, refund_traits
        from regulars.commerce.queries.traits import behaviours, company_traits, person_traits
        from regulars.kit.traits import register_behaviour, register_trait

        register_trait(
            *person_traits(), *company_traits(), *order_traits(), *refund_traits(), *product_traits()
        )
        register_behaviour(*behaviours())
