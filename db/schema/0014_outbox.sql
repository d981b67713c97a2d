-- Each message paid for an index that only the hourly purge reads, and that helps even it no more once the
-- table has turned over: space that it frees is written to again, and then the oldest row of a page range
-- stays the oldest that BRIN knows. The purge reads a day of events instead.

-- Of a second's lock: the index is small.
-- squawk-ignore require-concurrent-index-deletion
drop index public."Event_createdAt_idx";
