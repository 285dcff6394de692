-- batch_open.lua: begin a batch, to which jobs are then added.
--
-- KEYS[1]  batch:ID           hash  created_at, description, total, queue of the callbacks
-- KEYS[2]  batch:ID:pending   set   jids that have not ended; "open" until all are enqueued
-- KEYS[3]  batch:ID:complete  list  the callback that waits for every end
-- KEYS[4]  batch:ID:success   list  the callback that waits for every success
-- ARGV[1]  now, s     ARGV[2]  description     ARGV[3]  kept for, s
-- ARGV[4]  the job for completion or ""        ARGV[5]  the job for success or ""
-- ARGV[6]  NAME of the queue where these go
--
-- Returns  {"open"}
-- Cost     O(1).   Called by Jobs/Batches/JobClient.start
local batch, pending = KEYS[1], KEYS[2]
local now, description, kept = ARGV[1], ARGV[2], ARGV[3]

redis.call('HSET', batch, 'created_at', now, 'description', description, 'total', 0, 'queue', ARGV[6])
redis.call('SADD', pending, 'open')
redis.call('EXPIRE', batch, kept)
redis.call('EXPIRE', pending, kept)
for i = 3, 4 do
  if ARGV[i + 1] ~= '' then
    redis.call('DEL', KEYS[i])
    redis.call('RPUSH', KEYS[i], ARGV[i + 1])
    redis.call('EXPIRE', KEYS[i], kept)
  end
end
return {'open'}
