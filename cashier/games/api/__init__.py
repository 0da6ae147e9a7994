"""HTTP of game rounds."""
