"""`GET /metrics`: the product's figures in Prometheus' text format (O3, docs/metrics.md)."""
