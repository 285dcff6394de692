-- lock.lua: take, prolong or let go the lock of a unique job.
--
-- KEYS[1]  unique:CLASS:WHAT  string  jid of the job it belongs to
-- ARGV[1]  take | keep | release     ARGV[2]  jid     ARGV[3]  lasts, ms
--
-- Returns  {"held"} | {"gone"} when it is free now | {"taken", jid it belongs to}
-- Cost     O(1).   Called by Jobs/Unique/UniqueJobs
local lock = KEYS[1]
local deed, jid, lasts = unpack(ARGV)

local owner = redis.call('GET', lock)
if owner and owner ~= jid then return {'taken', owner} end
if deed == 'release' then redis.call('DEL', lock) end
-- To keep is not to take: it may come just after the job has ended and its lock was let go.
if deed == 'release' or deed == 'keep' and not owner then return {'gone'} end
redis.call('SET', lock, jid, 'PX', lasts)
return {'held'}
