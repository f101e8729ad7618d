"""DuckDB, in this process."""

import os

import duckdb

from common import answer, bytes_on_disk, csv, filled, folder, forget, lookups, quantiles, statements, threads, timed

COLD = 30
ingest_statement, by_address, by_subscriber, erase = statements("duckdb.sql")
os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, "day.duckdb")
for leftover in [path, path + ".wal"]:
    if os.path.exists(leftover):
        os.remove(leftover)
database = duckdb.connect(path)
ingest, _ = timed(lambda: database.execute(filled(ingest_statement, csv=csv, threads=threads)))
rows = database.execute("SELECT count(*) FROM blocks").fetchone()[0]
database.close()
stored = bytes_on_disk(path)
database = duckdb.connect(path)
database.execute(f"SET threads = {threads}")
questions = lookups()


def ask(question):
    address, port, time, _ = question
    text = filled(by_address, address=address, port=port, time=time)
    took, rows = timed(lambda: database.execute(text).fetchall())
    assert rows, "every question has an answer"
    return took


def ask_subscriber(question):
    return timed(lambda: database.execute(filled(by_subscriber, subscriber=question[3])).fetchall())[0]


for question in questions[:50]:
    ask(question)
warm = quantiles([ask(question) for question in questions])
second = quantiles([ask_subscriber(question) for question in questions[:200]])
cold = []
for question in questions[:COLD]:
    database.close()
    forget(path)
    took, database = timed(lambda: duckdb.connect(path))
    then = ask(question)
    cold.append({part: took[part] + then[part] for part in took})
erasing, _ = timed(lambda: database.execute(erase))
answer(rows=rows, ingest=ingest, merge=0, bytes=stored, warm=warm, cold=quantiles(cold), second=second, erase=erasing["passed"])
