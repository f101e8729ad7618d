"""ClickHouse, in this process (chdb)."""

import os
import shutil
import sys

from chdb import session

from common import answer, asked, csv, filled, folder, forget, lookups, quantiles, statements, threads, timed

COLD = 30
create, insert, merge, size, by_address, by_subscriber, erase = statements("clickhouse.sql")
shutil.rmtree(folder, ignore_errors=True)
database = session.Session(folder)
database.query("CREATE DATABASE IF NOT EXISTS day ENGINE = Atomic")
database.query("USE day")
database.query(create)
ingest, _ = timed(lambda: database.query(filled(insert, csv=csv, threads=threads)))
merging, _ = timed(lambda: database.query(merge))
stored = int(database.query(size, "TabSeparated").bytes().decode().strip())
rows = int(database.query("SELECT count() FROM blocks", "TabSeparated").bytes().decode().strip())
questions = lookups()


def ask(question):
    address, port, time, _ = question
    text = filled(by_address, address=address, port=port, time=time, threads=threads)
    took, result = timed(lambda: database.query(text, "Native"))
    assert len(result.bytes()) > 0, "every question has an answer"
    return took


def ask_subscriber(question):
    text = filled(by_subscriber, subscriber=question[3], threads=threads)
    return timed(lambda: database.query(text, "Native"))[0]


for question in questions[:50]:
    ask(question)
warm = quantiles([ask(question) for question in questions])
second = quantiles([ask_subscriber(question) for question in questions[:200]])
cold = []
for question in questions[:COLD]:
    for cache in ["MARK CACHE", "UNCOMPRESSED CACHE", "QUERY CONDITION CACHE"]:
        database.query(f"SYSTEM DROP {cache}")
    forget(os.path.join(folder, "store"))
    cold.append(ask(question))
erasing, _ = timed(lambda: database.query(erase))
answer(rows=rows, ingest=ingest, merge=merging["passed"], bytes=stored, warm=warm, cold=quantiles(cold), second=second, erase=erasing["passed"])
sys.stdout.flush()
