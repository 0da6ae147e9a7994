"""Benchmarks: our figure as a ratio to a yardstick of the same machine, measured in turns (INTERFACES.md section 4).

To add one: a module here with a function under `@benchmark("name")` that answers a Result, and its name in bench/__main__.py's docs.
`python -m bench --only name` runs it; results go to bench/results.json, the machine's facts to bench/machine.json.
"""
