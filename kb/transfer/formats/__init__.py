"""Orders and customers as other systems and public data sets write them; one format a file."""
