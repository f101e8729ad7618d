-- Sorted by the first path; the projection is the second path, as for port blocks.
CREATE TABLE day.records
(
    address         UInt32 CODEC(Delta, ZSTD(3)),
    prefix_length   UInt8 CODEC(Delta, ZSTD(3)),
    start           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(3)),
    end             DateTime64(3, 'UTC') CODEC(Delta, ZSTD(3)),
    user            String CODEC(ZSTD(3)),
    session         String CODEC(ZSTD(3)),
    calling_station String CODEC(ZSTD(3)),
    source          LowCardinality(String) CODEC(ZSTD(3)),
    inferred        UInt8 CODEC(Delta, ZSTD(3)),
    PROJECTION by_user (SELECT _part_offset ORDER BY user)
)
ENGINE = MergeTree
ORDER BY (address, start)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1;
-- next
INSERT INTO day.records
SELECT toUInt32(address), prefix_length, start, end, user, session, calling_station, source, inferred
FROM file('{csv}', 'CSVWithNames',
          'address IPv4, prefix_length UInt8, start DateTime64(3, \'UTC\'), end DateTime64(3, \'UTC\'), user String,
           session String, calling_station String, source String, inferred UInt8')
SETTINGS max_threads = {threads}, max_insert_threads = {threads}, max_memory_usage = 0;
-- next
OPTIMIZE TABLE day.records FINAL;
-- next
SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'records' AND active
-- next
SELECT * FROM day.records
WHERE address = {address} AND start <= fromUnixTimestamp64Milli({time}) AND end >= fromUnixTimestamp64Milli({time})
SETTINGS max_threads = {threads}
-- next
SELECT * FROM day.records WHERE user = '{who}' SETTINGS max_threads = {threads}
-- next
TRUNCATE TABLE day.records SYNC
