-- lease.lua: hold, or try to take, the duty of a journal's reader.
--
-- KEYS[1]  {cN}:lease:READER       string  the process on duty
-- ARGV[1]  this process
-- ARGV[2]  the lease lasts, ms
--
-- A lease only saves double work: exactness comes from the compare-and-set in PostgreSQL.
--
-- Returns  {"held"} | {"other", ms until it may be free}
-- Cost     O(1).   Called by Realtime/Journal/JournalReader
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return { 'held' }
end
return { 'other', redis.call('PTTL', KEYS[1]) }
