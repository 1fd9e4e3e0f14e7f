"""Evidence → text: fixed phrases first, then what the model adds, each sentence checked against the evidence."""
