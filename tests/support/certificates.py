"""Certificates for a server of the tests: its own authority, and another one that it has nothing to do with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "db.hospital.test"


def make(folder: Path) -> None:
    """Write `authority.crt`, `other.crt`, and `server.crt` with `server.key` for the name `NAME`."""
    key, authority = _authority("the hospital's authority")
    (folder / "authority.crt").write_bytes(_pem(authority))
    (folder / "other.crt").write_bytes(_pem(_authority("another authority")[1]))
    own = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(NAME)])
    certificate = _builder(NAME, authority.subject, own).add_extension(names, critical=False)
    (folder / "server.crt").write_bytes(_pem(certificate.sign(key, hashes.SHA256())))
    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)
    (folder / "server.key").chmod(0o600)


def _authority(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    may_sign = x509.BasicConstraints(ca=True, path_length=0)
    builder = _builder(name, _named(name), key).add_extension(may_sign, critical=True)
    return key, builder.sign(key, hashes.SHA256())


def _builder(name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
