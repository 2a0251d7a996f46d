"""Measures the whole product on fixed question sets."""
