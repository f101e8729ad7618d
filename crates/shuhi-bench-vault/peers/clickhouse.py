"""ClickHouse, in this process (chdb)."""

import os
import shutil

from chdb import session

from common import (
    answer, asked_within, csv, day, filled, folder, forget, forget_stored, lookups, phases, quantiles, remember,
    statements, stored_figures, threads, timed,
)

COLD = 30
create, insert, merge, size, by_address, by_who, erase = statements(f"clickhouse-{day}.sql")
figures = None if "ingest" in phases else stored_figures()
if figures is None:
    shutil.rmtree(folder, ignore_errors=True)
database = session.Session(os.path.join(folder, "clickhouse"))


def number(statement):
    return int(database.query(statement, "TabSeparated").bytes().decode().strip())


if figures is None:
    database.query("CREATE DATABASE IF NOT EXISTS day ENGINE = Atomic")
    database.query(create)
    ingest, _ = timed(lambda: database.query(filled(insert, csv=csv, threads=threads)))
    merging, _ = timed(lambda: database.query(merge))
    rows = number("SELECT count() FROM day.records")
    figures = {"rows": rows, "ingest": ingest, "merge": merging["passed"], "bytes": number(size)}
    remember(figures)
questions = lookups()


def ask(question):
    address, port, time, _ = question
    text = filled(by_address, address=address, port=port, time=time, threads=threads)
    took, result = timed(lambda: database.query(text, "Native"))
    assert len(result.bytes()) > 0, "every question has an answer"
    return took


def ask_who(question):
    text = filled(by_who, who=question[3], threads=threads)
    return timed(lambda: database.query(text, "Native"))[0]


if "lookup" in phases:
    for question in questions[:50]:
        ask(question)
    figures["warm"] = asked_within(questions, 200, ask)
if "second" in phases:
    figures["second"] = asked_within(questions[:200], 30, ask_who)
if "cold" in phases:
    cold = []
    for question in questions[:COLD]:
        for cache in ["MARK CACHE", "UNCOMPRESSED CACHE", "QUERY CONDITION CACHE"]:
            database.query(f"SYSTEM DROP {cache}")
        forget(os.path.join(folder, "clickhouse", "store"))
        cold.append(ask(question))
    figures["cold"] = quantiles(cold)
if "erase" in phases:
    forget_stored()
    erasing, _ = timed(lambda: database.query(erase))
    figures["erase"] = erasing["passed"]
answer(**figures)
