"""Help desks: one way from a delivery to a reply, and what each desk does differently."""
