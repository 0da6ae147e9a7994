"""A casino's day played through the HTTP API, with the truth kept apart, and the score of what the product made of it."""
