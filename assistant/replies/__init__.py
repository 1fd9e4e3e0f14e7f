"""Evidence → text: fixed phrases first, then what the language model adds, each sentence checked against the evidence."""
