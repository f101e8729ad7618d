-- Sorted by the first path. The projection is the second path: of the two that ClickHouse has for it (a copy of all
-- columns in the other order, or only where each row stands) this is the smaller.
CREATE TABLE day.records
(
    public_address   UInt32 CODEC(Delta, ZSTD(3)),
    first_port       UInt16 CODEC(Delta, ZSTD(3)),
    last_port        UInt16 CODEC(Delta, ZSTD(3)),
    start            DateTime64(3, 'UTC') CODEC(Delta, ZSTD(3)),
    end              DateTime64(3, 'UTC') CODEC(Delta, ZSTD(3)),
    subscriber       String CODEC(ZSTD(3)),
    internal_address UInt32 CODEC(Delta, ZSTD(3)),
    source           LowCardinality(String) CODEC(ZSTD(3)),
    inferred         UInt8 CODEC(Delta, ZSTD(3)),
    PROJECTION by_subscriber (SELECT _part_offset ORDER BY subscriber)
)
ENGINE = MergeTree
ORDER BY (public_address, first_port, start)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1;
-- next
INSERT INTO day.records
SELECT toUInt32(public_address), first_port, last_port, start, end, subscriber, toUInt32(internal_address), source,
       inferred
FROM file('{csv}', 'CSVWithNames',
          'public_address IPv4, first_port UInt16, last_port UInt16, start DateTime64(3, \'UTC\'),
           end DateTime64(3, \'UTC\'), subscriber String, internal_address IPv4, source String, inferred UInt8')
SETTINGS max_threads = {threads}, max_insert_threads = {threads}, max_memory_usage = 0;
-- next
OPTIMIZE TABLE day.records FINAL;
-- next
SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'records' AND active
-- next
SELECT * FROM day.records
WHERE public_address = {address} AND first_port <= {port} AND last_port >= {port}
  AND start <= fromUnixTimestamp64Milli({time}) AND end >= fromUnixTimestamp64Milli({time})
SETTINGS max_threads = {threads}
-- next
SELECT * FROM day.records WHERE subscriber = '{who}' SETTINGS max_threads = {threads}
-- next
TRUNCATE TABLE day.records SYNC
