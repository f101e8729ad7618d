-- Sorted by the first path; the second table is the second path, as for port blocks.
SET threads = {threads};
SET preserve_insertion_order = true;
CREATE TABLE records AS
SELECT address, prefix_length, start, "end", "user", session, calling_station, source, inferred
FROM (SELECT (split_part(address, '.', 1)::UINTEGER << 24) + (split_part(address, '.', 2)::UINTEGER << 16)
             + (split_part(address, '.', 3)::UINTEGER << 8) + split_part(address, '.', 4)::UINTEGER AS address,
             prefix_length, start, "end", "user", session, calling_station, source, inferred
      FROM read_csv('{csv}', header = true, delim = ',', quote = '', escape = '', auto_detect = false,
                    columns = {'address': 'VARCHAR', 'prefix_length': 'UTINYINT', 'start': 'TIMESTAMP_MS',
                               'end': 'TIMESTAMP_MS', 'user': 'VARCHAR', 'session': 'VARCHAR',
                               'calling_station': 'VARCHAR', 'source': 'VARCHAR', 'inferred': 'UTINYINT'}))
ORDER BY address, start;
CREATE TABLE by_who AS SELECT "user", start, address FROM records ORDER BY "user", start;
CHECKPOINT;
-- next
SELECT * FROM records
WHERE address = {address} AND start <= make_timestamp_ms({time}) AND "end" >= make_timestamp_ms({time})
-- next
SELECT records.* FROM by_who JOIN records USING (address, start) WHERE by_who."user" = '{who}'
-- next
DROP TABLE records;
DROP TABLE by_who;
CHECKPOINT;
