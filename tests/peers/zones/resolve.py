"""When Python's zoneinfo says that clocks show local times: resolve.py FILE, which maps zones to local seconds.

Run with an empty PYTHONTZPATH, so that the zones are those of the package tzdata. An answer is the moment with fold=0, the
moment with fold=1, and whether the whole date is skipped.
"""

import json
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)


def offset(local, fold):
    return local.replace(fold=fold).utcoffset().total_seconds()


def is_skipped(local):
    return offset(local, 0) < offset(local, 1)


def skips_date(local):
    first = local.replace(hour=0, minute=0, second=0)
    last = local.replace(hour=23, minute=59, second=59)
    return is_skipped(first) and is_skipped(last) and offset(first, 0) == offset(last, 0)


def resolve(zone, seconds):
    local = (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=zone)
    moments = [int(seconds - offset(local, fold)) for fold in (0, 1)]
    return [*moments, is_skipped(local) and skips_date(local)]


with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)

json.dump({name: [resolve(ZoneInfo(name), at) for at in times] for name, times in asked.items()}, sys.stdout)
