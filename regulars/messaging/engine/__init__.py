"""Reading mail: no Django, no database, no clock; whatever bytes come in, a letter comes out."""
