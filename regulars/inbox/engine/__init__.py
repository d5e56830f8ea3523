"""The pure craft of the inbox: business hours, response clocks, words with gaps. No Django, no database, no clock."""
