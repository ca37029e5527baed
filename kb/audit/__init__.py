"""Who looked up which customer, and who saw what in plain: a trail that cannot be changed unnoticed."""
