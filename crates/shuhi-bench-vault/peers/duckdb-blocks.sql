-- Sorted by the first path; the second table is the second path: whose block began when, and the first path's key.
SET threads = {threads};
SET preserve_insertion_order = true;
CREATE TABLE records AS
SELECT public_address, first_port, last_port, start, "end", subscriber, internal_address, source, inferred
FROM (SELECT (split_part(public_address, '.', 1)::UINTEGER << 24) + (split_part(public_address, '.', 2)::UINTEGER << 16)
             + (split_part(public_address, '.', 3)::UINTEGER << 8) + split_part(public_address, '.', 4)::UINTEGER
                 AS public_address,
             first_port, last_port, start, "end", subscriber,
             (split_part(internal_address, '.', 1)::UINTEGER << 24)
             + (split_part(internal_address, '.', 2)::UINTEGER << 16)
             + (split_part(internal_address, '.', 3)::UINTEGER << 8) + split_part(internal_address, '.', 4)::UINTEGER
                 AS internal_address,
             source, inferred
      FROM read_csv('{csv}', header = true, delim = ',', quote = '', escape = '', auto_detect = false,
                    columns = {'public_address': 'VARCHAR', 'first_port': 'USMALLINT', 'last_port': 'USMALLINT',
                               'start': 'TIMESTAMP_MS', 'end': 'TIMESTAMP_MS', 'subscriber': 'VARCHAR',
                               'internal_address': 'VARCHAR', 'source': 'VARCHAR', 'inferred': 'UTINYINT'}))
ORDER BY public_address, first_port, start;
CREATE TABLE by_who AS
SELECT subscriber, start, public_address, first_port FROM records ORDER BY subscriber, start;
CHECKPOINT;
-- next
SELECT * FROM records
WHERE public_address = {address} AND first_port <= {port} AND last_port >= {port}
  AND start <= make_timestamp_ms({time}) AND "end" >= make_timestamp_ms({time})
-- next
SELECT records.* FROM by_who JOIN records USING (public_address, first_port, start)
WHERE by_who.subscriber = '{who}'
-- next
DROP TABLE records;
DROP TABLE by_who;
CHECKPOINT;
