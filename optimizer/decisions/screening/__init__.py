"""Which unused hardware is worth a quote: about the price at which each instance type would enter the plan."""
