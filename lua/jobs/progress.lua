-- progress.lua: write down how far a job is, and publish it.
--
-- KEYS[1]  progress:JID  hash  state, done, total, note
-- ARGV[1]  kept for, s     ARGV[2]  channel     ARGV[3]  what is published     ARGV[4..]  field and value
--
-- Returns  how many heard it
-- Cost     O(fields).   Called by Jobs/Progress/ProgressReporter
local progress = KEYS[1]

redis.call('HSET', progress, unpack(ARGV, 4))
redis.call('EXPIRE', progress, ARGV[1])
return redis.call('SPUBLISH', ARGV[2], ARGV[3])
