import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
application = get_wsgi_application()

# What is loaded now stays for ever: looking through it again for garbage took about a tenth of each page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
