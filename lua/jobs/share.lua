-- share.lua: take up to k jobs of a queue in hand, tenants in turns.
--
-- KEYS[1]  in-progress:IDENTITY  hash  token -> job this process has in hand
-- KEYS[2]  queue:NAME            list  waiting jobs, oldest at the tail
-- KEYS[3]  lanes:NAME            zset  tenant -> jobs it was given since it began to wait
-- KEYS[4]  lanes:NAME:wake       list  one element while any lane has jobs: idle processes block on it
-- KEYS[5]  queues                set   names of the queues
-- ARGV[1]  k    ARGV[2]  token of the first job that is taken, then counting up
-- ARGV[3]  NAME    ARGV[4]  deal at most so many
--
-- Returns  the jobs
-- Cost     O(dealt + taken × log tenants).   Called by Jobs/Worker/JobStore.share
--
-- The queue stays what it is in Sidekiq: anybody pushes to it, and every process may block on it. Its
-- jobs are dealt into one lane per tenant (the field `tenant` of a job), a list that is a queue of its
-- own by the name of NAME:of:TENANT, so Web pages show how much of whom waits; what a page of
-- Sidekiq's Web does not take for a name stands there in hexadecimal. Lanes are served in turns: who
-- was given least comes next, and who is new begins where the others are.
local progress, queue, lanes, wake, queues = unpack(KEYS)
local wanted, token, name, most = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

local function lane(base, tenant)
  return base .. ':of:' .. string.gsub(tenant, '[^%w_.-]', function(byte)
    return string.format(':%02x', string.byte(byte))
  end)
end

local dealt, order = {}, {}
for _, job in ipairs(redis.call('RPOP', queue, most) or {}) do
  local tenant = string.match(job, '"tenant":"([^"\\]*)"') or ''
  if not dealt[tenant] then
    dealt[tenant] = {}
    order[#order + 1] = tenant
  end
  table.insert(dealt[tenant], job)
end
if #order > 0 then
  local least = redis.call('ZRANGE', lanes, 0, 0, 'WITHSCORES')[2] or 0
  for _, tenant in ipairs(order) do
    redis.call('LPUSH', lane(queue, tenant), unpack(dealt[tenant]))
    redis.call('ZADD', lanes, 'NX', least, tenant)
    redis.call('SADD', queues, lane(name, tenant))
  end
end

local taken = {}
while wanted > 0 do
  local turn = redis.call('ZRANGE', lanes, 0, wanted - 1)
  if #turn == 0 then break end
  local each = math.max(1, math.floor(wanted / #turn))
  for _, tenant in ipairs(turn) do
    local jobs = redis.call('RPOP', lane(queue, tenant), each) or {}
    for _, job in ipairs(jobs) do
      taken[#taken + 1] = job
      redis.call('HSET', progress, token, job)
      token = token + 1
    end
    wanted = wanted - #jobs
    if #jobs < each or redis.call('EXISTS', lane(queue, tenant)) == 0 then
      redis.call('ZREM', lanes, tenant)
      redis.call('SREM', queues, lane(name, tenant))
    else
      redis.call('ZINCRBY', lanes, #jobs, tenant)
    end
  end
end

if redis.call('EXISTS', lanes) == 0 then
  redis.call('DEL', wake)
elseif redis.call('EXISTS', wake) == 0 then
  redis.call('LPUSH', wake, 1)
end
return taken
