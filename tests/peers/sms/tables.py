"""What gsmcodecs and Python's own codecs read, as JSON: tables.py FILE, which lists septets to be read whole."""

import json
import sys

import gsmcodecs  # noqa: F401  Registers its codecs.


def read(octets, codec):
    try:
        return octets.decode(codec)
    except UnicodeDecodeError:
        return None


def gsm(locking, single):
    return f"gsm23.038-{locking}-{single}"


with open(sys.argv[1], encoding="utf-8") as file:
    texts = json.load(file)

print(
    json.dumps(
        {
            "locking": [[read(bytes([code]), gsm(id, 0)) for code in range(128)] for id in range(14)],
            "single": [[read(bytes([0x1B, code]), gsm(0, id)) for code in range(128)] for id in range(14)],
            "iso": {
                name: [read(bytes([code]), name) for code in range(256)] for name in ("iso-8859-5", "iso-8859-8")
            },
            "texts": [read(bytes(text["septets"]), gsm(text["locking"], text["single"])) for text in texts],
        }
    )
)
