-- lead.lua: become the leader, or stay it: the process that looks at the clock for cron.
--
-- KEYS[1]  dear-leader  string  identity of the leader (Sidekiq's)
-- KEYS[2]  cron         hash    entry -> its last tick, s
-- ARGV[1]  identity     ARGV[2]  lease lasts, ms; 0 to give it up     ARGV[3..]  the entries' names
--
-- Returns  {"leader", now, s, the last tick of each entry} | {"follower"} | {"resigned"}
-- Cost     O(entries).   Called by Jobs/Cron/CronStore.lead
local leader, ticks = KEYS[1], KEYS[2]
local identity, lease = ARGV[1], tonumber(ARGV[2])

local holder = redis.call('GET', leader)
if holder and holder ~= identity then return {'follower'} end
if lease == 0 then
  redis.call('DEL', leader)
  return {'resigned'}
end
redis.call('SET', leader, identity, 'PX', lease)

local clock = redis.call('TIME')
local answer = {'leader', string.format('%d.%06d', clock[1], clock[2])}
for i = 3, #ARGV do
  -- An entry that nobody has seen before begins now.
  redis.call('HSETNX', ticks, ARGV[i], clock[1])
  answer[#answer + 1] = redis.call('HGET', ticks, ARGV[i])
end
return answer
