"""Speed, load and size, measured in one run on the machine at hand."""
