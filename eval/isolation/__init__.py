"""Whether anything that is not public can be had through the doors that are open to everybody."""
