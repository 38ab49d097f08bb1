"""What people see of the database: snapshots of orders, figures, and what is late or silent. It decides nothing."""
