"""What runs show, as one file to read, print and cite."""
