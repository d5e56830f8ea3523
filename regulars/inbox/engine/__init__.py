"""The inbox's craft that needs neither framework nor database."""
