"""A certificate authority for one test."""

from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Writes PEM files with a certificate and its key into `folder`; its own certificate is ca.pem."""

    ends_at = datetime(2090, 1, 1, tzinfo=UTC)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Test authority")
        self.path = folder / "ca.pem"
        basic = x509.BasicConstraints(ca=True, path_length=None)
        self.path.write_bytes(self._certificate(self._name, self._key, basic).public_bytes(Encoding.PEM))

    def client(self, name: str, *, key: ec.EllipticCurvePrivateKey | None = None) -> Path:
        """A certificate for a client, or a server of this machine."""
        self.keys[name] = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(_named(name), self.keys[name], x509.BasicConstraints(ca=False, path_length=None))
        path = self.folder / name
        private = self.keys[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        return path

    def _certificate(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, basic: x509.BasicConstraints) -> x509.Certificate:
        here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(self.ends_at)
            .add_extension(basic, critical=True)
            .add_extension(here, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:60])])
