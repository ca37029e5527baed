"""What we know: articles, cases, orders, notices, synonyms; their storage, import and export."""
