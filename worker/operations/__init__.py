"""What an operator may ask and do. The command line is one face of it, a web console may be another."""
