"""DuckDB, in this process."""

import os

import duckdb

from common import (
    answer, asked_within, bytes_on_disk, csv, day, filled, folder, forget, forget_stored, lookups, phases, quantiles,
    remember, statements, stored_figures, threads, timed,
)

COLD = 30
ingest_statement, by_address, by_who, erase = statements(f"duckdb-{day}.sql")
os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, "day.duckdb")
figures = None if "ingest" in phases else stored_figures()
if figures is None:
    for leftover in [path, path + ".wal"]:
        if os.path.exists(leftover):
            os.remove(leftover)
    database = duckdb.connect(path)
    ingest, _ = timed(lambda: database.execute(filled(ingest_statement, csv=csv, threads=threads)))
    rows = database.execute("SELECT count(*) FROM records").fetchone()[0]
    database.close()
    figures = {"rows": rows, "ingest": ingest, "merge": 0, "bytes": bytes_on_disk(path)}
    remember(figures)
database = duckdb.connect(path)
database.execute(f"SET threads = {threads}")
questions = lookups()


def ask(question):
    address, port, time, _ = question
    text = filled(by_address, address=address, port=port, time=time)
    took, rows = timed(lambda: database.execute(text).fetchall())
    assert rows, "every question has an answer"
    return took


def ask_who(question):
    return timed(lambda: database.execute(filled(by_who, who=question[3])).fetchall())[0]


if "lookup" in phases:
    for question in questions[:50]:
        ask(question)
    figures["warm"] = asked_within(questions, 200, ask)
if "second" in phases:
    figures["second"] = asked_within(questions[:200], 30, ask_who)
if "cold" in phases:
    cold = []
    for question in questions[:COLD]:
        database.close()
        forget(path)
        took, database = timed(lambda: duckdb.connect(path))
        database.execute(f"SET threads = {threads}")
        then = ask(question)
        cold.append({part: took[part] + then[part] for part in took})
    figures["cold"] = quantiles(cold)
if "erase" in phases:
    forget_stored()
    erasing, _ = timed(lambda: database.execute(erase))
    figures["erase"] = erasing["passed"]
answer(**figures)
