"""Files and pages for the deployment, and `sandbox`, a simulator of the order APIs that imports no code of ours."""
