"""When each option pays what: lots bought or signed, what runs in each year, and the sum of both by month."""
