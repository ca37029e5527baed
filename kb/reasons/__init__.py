"""Why customers contact a shop, as service centres count it: reasons, each of several finer intents."""
