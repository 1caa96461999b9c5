"""Charts, maps and tables: results in, figure objects out; nothing is saved here."""
