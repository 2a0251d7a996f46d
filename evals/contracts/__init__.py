"""Three fictional contracts by other hands than the demonstration's, made on demand to see whether reading generalises."""
