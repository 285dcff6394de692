-- cancel.lua: mark a job as cancelled, for the workers to see.
--
-- KEYS[1]  cancelled  zset  jid -> when it was cancelled, µs
-- ARGV[1]  jid     ARGV[2]  a mark is kept for, s
--
-- Returns  {"marked"}
-- Cost     O(log marks + forgotten).   Called by Jobs/Cancel/JobClient.cancel
local marks = KEYS[1]
local jid, kept = ARGV[1], tonumber(ARGV[2])

local clock = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', marks, '-inf', string.format('%.0f', (clock[1] - kept) * 1000000))
redis.call('ZADD', marks, string.format('%d%06d', clock[1], clock[2]), jid)
return {'marked'}
