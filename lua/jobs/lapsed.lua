-- lapsed.lua: which processes have not prolonged their lease?
--
-- KEYS[1]  in-progress  zset  identity -> its lease's end, s
--
-- Returns  identity and end of lease, alternating
-- Cost     O(log processes + lapsed).   Called by Jobs/Worker/JobStore.lapsedProcesses
local leases = KEYS[1]

local now = redis.call('TIME')[1]
return redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'WITHSCORES')
