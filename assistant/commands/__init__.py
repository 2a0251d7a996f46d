"""The commands of `casf`, one module a subject; `assistant/cli.py` puts them together."""
