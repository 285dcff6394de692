-- requeue.lua: put jobs in hand back where they came from, to be taken next.
--
-- KEYS[1]  in-progress:IDENTITY  list  jobs this process has in hand
-- KEYS[2]  queue:NAME            list  waiting jobs; the tail is taken next
-- KEYS[3]  queues                set   names of the queues
-- ARGV[1]  NAME     ARGV[2..]  the jobs, byte for byte, newest first
--
-- Returns  how many went back; those no longer in hand are somebody else's by now
-- Cost     O(jobs × in hand).   Called by Jobs/Worker/JobStore.handBack
local progress, queue, queues = KEYS[1], KEYS[2], KEYS[3]
local name = ARGV[1]

local returned = 0
for i = 2, #ARGV do
  if redis.call('LREM', progress, -1, ARGV[i]) == 1 then
    redis.call('RPUSH', queue, ARGV[i])
    returned = returned + 1
  end
end
if returned > 0 then redis.call('SADD', queues, name) end
return returned
