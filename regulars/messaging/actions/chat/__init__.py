"""Every write of the website chat: how it is set up, who comes, what is said, answered, rated and handed over to mail."""
