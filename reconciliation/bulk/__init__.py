"""Large files: canonical lines as COPY text, and the helper process that reads a part of them. Nothing of Django."""
