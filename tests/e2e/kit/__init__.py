"""What the end-to-end tests and the demo are built from: daemons, pools and miners as Python objects."""
