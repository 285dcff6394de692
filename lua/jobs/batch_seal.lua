-- batch_seal.lua: all jobs of a batch are enqueued: from now on it may be complete, or it is already.
--
-- KEYS[1]  batch:ID:pending   set   jids that have not ended; "open" until all are enqueued
-- KEYS[2]  batch:ID:complete  list  the callback that waits for every end
-- KEYS[3]  batch:ID:success   list  the callback that waits for every success
-- KEYS[4]  queues             set   names of the queues
-- KEYS[5]  queue:NAME         list  where callbacks go
-- KEYS[6]  batch:ID:failed    set   jids that died or were dropped
-- ARGV[1]  NAME
--
-- Returns  {"sealed"} | {"complete"}
-- Cost     O(1).   Called by Jobs/Batches/JobClient.start
local pending, complete, success, queues, queue, failed = unpack(KEYS)

redis.call('SADD', queues, ARGV[1])
redis.call('SREM', pending, 'open')
if redis.call('EXISTS', pending) == 1 then return {'sealed'} end
redis.call('LMOVE', complete, queue, 'LEFT', 'LEFT')
if redis.call('EXISTS', failed) == 0 then redis.call('LMOVE', success, queue, 'LEFT', 'LEFT') end
return {'complete'}
