"""What runs before anything is installed: plain Python 3.11, standard library only, started by path from the Makefile."""
