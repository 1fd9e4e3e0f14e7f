"""One turn of a conversation: a message becomes commands, commands become evidence, evidence becomes a reply."""
