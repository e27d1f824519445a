"""Packs the zones of the Python package tzdata beside this file: python3 src/words/zoneinfo/pack.py, where that package is installed.

`version` is the version of the IANA database. `zones.dat` has a line per name, in order (name, where its data begins, how long
it is), an empty line, and then the data: the package's own TZif files (RFC 9636), each once, however many names it has.
"""

from importlib import resources
from pathlib import Path

import tzdata

package, here = resources.files(tzdata), Path(__file__).parent
index, data, begins = [], bytearray(), {}
for name in sorted(package.joinpath("zones").read_text(encoding="utf-8").split()):
    zone = package.joinpath("zoneinfo", name).read_bytes()
    if zone not in begins:
        begins[zone] = len(data)
        data += zone
    index.append(f"{name} {begins[zone]} {len(zone)}\n")

here.joinpath("version").write_text(tzdata.IANA_VERSION, encoding="utf-8")
here.joinpath("zones.dat").write_bytes("".join(index).encode() + b"\n" + data)
