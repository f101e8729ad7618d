"""What both peers have in common: arguments, times, the page cache, the answer."""

import ipaddress
import json
import os
import sys
import time

day, csv, folder, asked = sys.argv[1:5]
threads, phases, seconds = int(sys.argv[5]), sys.argv[6].split(","), float(sys.argv[7])
here = os.path.dirname(os.path.abspath(__file__))


def statements(name):
    """The statements of a file, apart at `-- next`."""
    with open(os.path.join(here, name), encoding="utf-8") as file:
        return [part.strip() for part in file.read().split("-- next")]


def lookups():
    """(address as a number, port, instant in milliseconds, who) of each question."""
    with open(asked, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(",") for line in file]
    return [(int(ipaddress.IPv4Address(row[0])), int(row[1]), int(row[2]), row[3]) for row in rows]


def filled(statement, **values):
    for name, value in values.items():
        statement = statement.replace("{" + name + "}", str(value))
    return statement


def timed(act):
    """Seconds that passed and seconds on a core (of all threads of this process), and what came of it."""
    begin, on_core = time.perf_counter(), time.process_time()
    result = act()
    return {"passed": time.perf_counter() - begin, "on_core": time.process_time() - on_core}, result


def bytes_on_disk(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(path) for name in names)


def forget(path):
    """Drops a folder's or file's pages from the page cache."""
    files = [path] if os.path.isfile(path) else [os.path.join(r, n) for r, _, names in os.walk(path) for n in names]
    for name in files:
        descriptor = os.open(name, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def quantiles(took):
    """Median and 99th percentile in milliseconds, of both times."""

    def of(part):
        ordered = sorted(one[part] for one in took)
        at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000
        return {"p50": at(0.5), "p99": at(0.99)}

    return {"passed": of("passed"), "on_core": of("on_core")}


def asked_within(questions, least, ask):
    """What each question took, as many as the time allows for a row, at least so many."""
    took, begin = [], time.perf_counter()
    for question in questions:
        if len(took) >= least and time.perf_counter() - begin > seconds:
            break
        took.append(ask(question))
    return {**quantiles(took), "asked": len(took)}


def stored_figures():
    """What storing this day came to, if it is stored from an earlier run."""
    try:
        with open(os.path.join(folder, "stored.json"), encoding="utf-8") as file:
            known = json.load(file)
    except OSError:
        return None
    return known["figures"] if known["of"] == _of() else None


def remember(figures):
    with open(os.path.join(folder, "stored.json"), "w", encoding="utf-8") as file:
        json.dump({"of": _of(), "figures": figures}, file)


def forget_stored():
    os.remove(os.path.join(folder, "stored.json"))


def _of():
    return [csv, os.path.getsize(csv), threads]


def answer(**values):
    print("ANSWER " + json.dumps(values), flush=True)
