"""Files for the deployment of the program, and `sandbox`, the order APIs as a simulator without code of ours."""
