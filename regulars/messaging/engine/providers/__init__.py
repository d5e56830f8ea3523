"""The providers of texts that are built in; others come by entry point."""

from regulars.messaging.engine.providers.gateway import Gateway
from regulars.messaging.engine.providers.messenger import Instagram, Messenger
from regulars.messaging.engine.providers.telegram import Telegram
from regulars.messaging.engine.providers.twilio import Twilio
from regulars.messaging.engine.providers.values import Provider
from regulars.messaging.engine.providers.whatsapp import WhatsApp

BUILT_IN: tuple[Provider, ...] = (Twilio(), Gateway(), WhatsApp(), Messenger(), Instagram(), Telegram())
