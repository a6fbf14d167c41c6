"""How the key of a hospital's database is kept: the file `deskapp.key` beside it, in one of three forms.

- 64 hex digits: the key itself. Whoever has both files can read everything: not protected.
- JSON of kind "key-store": the key is in the system's key store. On most systems that store belongs to
  one account of the system: from another account of the same computer the hospital does not open.
- JSON of kind "passphrase": the key sealed with AES-256-GCM under a key that argon2id makes of a
  passphrase, with the parameters it was made with. That is done once per start; the raw key then opens
  connections in 2 ms.

The file is replaced in one step, so that there is always one of these.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from deskapp.db.faults import disk_error
from deskapp.db.secret_file import replace_secret, write_secret
from deskapp.domain.recovery import KEY_BYTES, Kept, Protection, plain_passphrase
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

KEY_FILE: Final = "deskapp.key"
STORE_SERVICE: Final = "deskapp"
# The second recommended choice of RFC 9106: 64 MiB, so that an old office computer can still open.
TIME_COST: Final = 3
MEMORY_KIB: Final = 65_536
LANES: Final = 4
_MOST_MEMORY_KIB: Final = 1 << 20
_MOST_TIME: Final = 64
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12

Ask = Callable[[], str]


class InStore(msgspec.Struct, tag="key-store", tag_field="kept", frozen=True):
    """The key `key` (its id) is in the system's key store."""

    key: str


class Sealed(msgspec.Struct, tag="passphrase", tag_field="kept", frozen=True):
    """The key `key` (its id) behind a passphrase; salt, nonce and the sealed key in hex."""

    key: str
    salt: str
    time: int
    memory: int
    lanes: int
    nonce: str
    sealed: str


def key_id(key: bytes) -> str:
    """Return a short name of a key that gives nothing of it away: it stands on sheets and beside backups."""
    return hashlib.sha256(b"deskapp key" + key).hexdigest()[:8]


def key_file_name(key: str) -> str:
    """Return under which name the key file lies beside backups; `key` is the key's id."""
    return f"deskapp-{key}.key"


def open_keys(place: Path) -> dict[Path, bytes]:
    """Return the keys that lie beside the backups of a folder in the open, by their file."""
    found = {}
    for path in sorted(place.glob(key_file_name("?" * 8))):
        with contextlib.suppress(StorageError):
            content = _content(path)
            if isinstance(content, bytes):
                found[path] = content
    return found


def protection(folder: Path) -> Protection:
    """Say how the key of a data folder is kept, without opening it; errors as `read_key_file`."""
    content = _content(folder / KEY_FILE)
    if isinstance(content, bytes):
        return Protection(Kept.BESIDE, key_id(content))
    kept = Kept.KEY_STORE if isinstance(content, InStore) else Kept.PASSPHRASE
    return Protection(kept, content.key)


def read_key_file(path: Path, passphrase: Ask | None = None) -> bytes:
    """Return the 32-byte key that a key file holds or leads to.

    `passphrase` is asked only when one is needed. Raises `StorageError`: "storage.key-missing" (no file, or
    nothing in the key store), "storage.key-damaged", "storage.locked" (no passphrase, or a wrong one),
    "storage.key-store" (the system's key store does not answer).
    """
    content = _content(path)
    if isinstance(content, bytes):
        return content
    if isinstance(content, InStore):
        return _from_store(content.key, path)
    if passphrase is None:
        message = N_("This hospital is protected by a passphrase. Type it to open the hospital.")
        raise StorageError("storage.locked", Text(message))
    return _unseal(content, passphrase(), path)


def begin(folder: Path) -> bytes:
    """Return a new hospital's key, in the open beside it; another program's, if both began it at once."""
    path = folder / KEY_FILE
    write_secret(path, secrets.token_bytes(KEY_BYTES).hex())
    return read_key_file(path)


def kept_as(key: bytes, kept: Kept, passphrase: str = "") -> str:
    """Return the content of the key file for a way of keeping `key`; the key store has it then already.

    Raises `StorageError` ("storage.key-store") when the system's key store does not keep it.
    """
    if kept is Kept.BESIDE:
        return key.hex()
    if kept is Kept.KEY_STORE:
        _into_store(key)
        return msgspec.json.encode(InStore(key_id(key))).decode()
    return msgspec.json.encode(_seal(key, passphrase)).decode()


def keep(folder: Path, key: bytes, kept: Kept, passphrase: str = "", beside: Iterable[Path] = ()) -> None:
    """Keep the key the hospital has in another way. Until that is safely written, the old way holds.

    `beside`: folders with backups, where the key file lies too. One that is away keeps the old way.
    """
    content = kept_as(key, kept, passphrase)
    try:
        replace_secret(folder / KEY_FILE, content)
    except OSError as error:
        raise disk_error(error) from error
    for place in beside:
        with contextlib.suppress(OSError):
            copy = place / key_file_name(key_id(key))
            if copy.exists():
                replace_secret(copy, content)
    if kept is not Kept.KEY_STORE:
        forget(key_id(key))


def key_store_works() -> bool:
    """Say whether this account's key store keeps what is put into it."""
    probe = secrets.token_bytes(KEY_BYTES)
    try:
        _into_store(probe)
    except StorageError:
        return False
    forget(key_id(probe))
    return True


def forget(key: str) -> None:
    """Take a key, named by its id, out of the system's key store."""
    import keyring
    from keyring.errors import KeyringError

    with contextlib.suppress(KeyringError, RuntimeError):
        keyring.delete_password(STORE_SERVICE, _entry(key))


# --- The key file -----------------------------------------------------------------------------------------


def _content(path: Path) -> bytes | InStore | Sealed:
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise _missing(path) from None
    except UnicodeDecodeError:
        raise _damaged(path) from None
    except OSError as error:
        raise disk_error(error) from error
    with contextlib.suppress(ValueError):
        key = bytes.fromhex(text)
        if len(key) == KEY_BYTES:
            return key
    with contextlib.suppress(msgspec.MsgspecError):
        return msgspec.json.decode(text, type=InStore | Sealed)
    raise _damaged(path)


def _missing(path: Path) -> StorageError:
    message = N_(
        "The key file {file} is missing beside the database. Put it back from the backup; nothing was changed."
    )
    return StorageError("storage.key-missing", Text(message, {"file": path.name}))


def _damaged(path: Path) -> StorageError:
    message = N_("The key file {file} is damaged. Put it back from the backup; nothing was changed.")
    return StorageError("storage.key-damaged", Text(message, {"file": path.name}))


# --- Behind a passphrase ----------------------------------------------------------------------------------


def _seal(key: bytes, passphrase: str) -> Sealed:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    name = key_id(key)
    wrapping = _derived(passphrase, salt, TIME_COST, MEMORY_KIB, LANES)
    sealed = AESGCM(wrapping).encrypt(nonce, key, name.encode())
    return Sealed(name, salt.hex(), TIME_COST, MEMORY_KIB, LANES, nonce.hex(), sealed.hex())


def _unseal(content: Sealed, passphrase: str, path: Path) -> bytes:
    from argon2.exceptions import HashingError
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if content.memory > _MOST_MEMORY_KIB or content.time > _MOST_TIME:
        raise _damaged(path)
    try:
        salt, nonce, sealed = map(bytes.fromhex, (content.salt, content.nonce, content.sealed))
        wrapping = _derived(passphrase, salt, content.time, content.memory, content.lanes)
        key = AESGCM(wrapping).decrypt(nonce, sealed, content.key.encode())
    except InvalidTag:
        message = N_("This is not the passphrase of this hospital. Nothing was changed; type it again.")
        raise StorageError("storage.locked", Text(message)) from None
    except (ValueError, HashingError):
        raise _damaged(path) from None
    return _checked(key, content.key, path)


def _derived(passphrase: str, salt: bytes, time: int, memory: int, lanes: int) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    typed = plain_passphrase(passphrase).encode(errors="surrogatepass")
    return hash_secret_raw(typed, salt, time, memory, lanes, KEY_BYTES, Type.ID)


def _checked(key: bytes, name: str, path: Path) -> bytes:
    if len(key) != KEY_BYTES or key_id(key) != name:
        raise _damaged(path)
    return key


# --- In the system's key store ----------------------------------------------------------------------------


def _entry(key: str) -> str:
    return f"database key {key}"


def _from_store(name: str, path: Path) -> bytes:
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(STORE_SERVICE, _entry(name))
    except (KeyringError, RuntimeError) as error:
        raise store_away() from error
    if found is None:
        message = N_(
            "This account's key store does not have the key {key} of this hospital. Sign in to the computer"
            " with the account that turned protection on, or use the recovery code."
        )
        raise StorageError("storage.key-missing", Text(message, {"key": name}))
    try:
        return _checked(bytes.fromhex(found), name, path)
    except ValueError:
        raise _damaged(path) from None


def _into_store(key: bytes) -> None:
    """Put the key into the store and read it back: a store that forgets is found before anything depends on it."""
    import keyring
    from keyring.errors import KeyringError

    entry = _entry(key_id(key))
    try:
        keyring.set_password(STORE_SERVICE, entry, key.hex())
        kept = keyring.get_password(STORE_SERVICE, entry)
    except (KeyringError, RuntimeError) as error:
        raise store_away() from error
    if kept != key.hex():
        raise store_away()


def store_away() -> StorageError:
    """Return what to say where there is no key store that keeps anything."""
    message = N_(
        "This computer has no key store that answers here. Use a passphrase, or the recovery code to open;"
        " nothing was changed."
    )
    return StorageError("storage.key-store", Text(message))
