"""What a legal text is: references, articles, passages, cards, contracts. Imports no other room."""
