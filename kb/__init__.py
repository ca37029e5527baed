"""What we know: articles, cases, orders, notices; their storage, import and export."""
