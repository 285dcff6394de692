-- requeue.lua: put jobs in hand back where they came from, to be taken next.
--
-- KEYS[1]  in-progress:IDENTITY          hash  token -> job this process has in hand
-- KEYS[2]  in-progress:IDENTITY:arrived  list  jobs that came to it while it waited
-- KEYS[3]  queue:NAME                    list  waiting jobs; the tail is taken next
-- KEYS[4]  queues                        set   names of the queues
-- ARGV[1]  NAME     ARGV[2..]  newest first, token and "", or "" and the job that arrived
--
-- Returns  how many went back; those no longer in hand are somebody else's by now
-- Cost     O(jobs × arrived).   Called by Jobs/Worker/JobStore.handBack
local progress, arrived, queue, queues = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local name = ARGV[1]

local returned = 0
for i = 2, #ARGV, 2 do
  local token, job = ARGV[i], ARGV[i + 1]
  local had
  if token ~= '' then
    job = redis.call('HGET', progress, token)
    had = job and redis.call('HDEL', progress, token)
  else
    had = redis.call('LREM', arrived, -1, job)
  end
  if had == 1 then
    redis.call('RPUSH', queue, job)
    returned = returned + 1
  end
end
if returned > 0 then redis.call('SADD', queues, name) end
return returned
