"""Small local servers that speak a provider's documented wire format, with state: what the real one would hold."""
