import hashlib
from base64 import b64encode


def content_matches(verified_digest, body):
    """Whether the bytes of a body are those that were signed."""
    for name in ("sha-256", "sha-512"):
        digest = hashlib.new(name.replace("-", ""), body).digest()
        if verified_digest == f"{name}=:{b64encode(digest).decode()}:":
            return True
    return False
