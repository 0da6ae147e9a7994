"""The audit log: who signs its heads, and where its segments are kept (S5)."""

import environ

env = environ.Env()

# The class behind the signing port (ledger/signing.py): keys from a file here, a KMS or HSM elsewhere.
AUDIT_SIGNER = env.str("AUDIT_SIGNER", default="config.signing.FileSigner")
# Ed25519, PEM text or the path of a PEM file.
AUDIT_SIGNING_KEY = env.str("AUDIT_SIGNING_KEY", default="", multiline=True)
# Public keys of earlier signers, PEM files: what they signed still verifies.
AUDIT_PUBLIC_KEYS = env.list("AUDIT_PUBLIC_KEYS", default=[])
# A folder on write-once storage; empty: days are signed, and nothing is exported.
AUDIT_ARCHIVE_DIR = env.str("AUDIT_ARCHIVE_DIR", default="")
