-- limit.lua: may this job run? All limits must let it through, or none is used up.
--
-- KEYS[1..]  limit:NAME[:SCOPE]  zset | string  one limit each: starts, places, or when a bucket is full, ms
-- ARGV[1]  jid     ARGV[2]  take | keep, to prolong the places that are held
-- ARGV[3..]  three of each limit: window, starts, ms | concurrent, places, lease in ms | bucket, burst, ms per start
--
-- Returns  {"granted"} | {"over", wait, ms}
-- Cost     O(limits × log starts).   Called by Jobs/Limits/LimitedJobs
local jid, deed = ARGV[1], ARGV[2]

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- Each: how long to wait, and how to pay.
local rules = {}

function rules.window(key, count, length)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - length)
  if redis.call('ZCARD', key) < count then
    return 0, function()
      redis.call('ZADD', key, now, clock[1] .. clock[2] .. jid)
      redis.call('PEXPIRE', key, length)
    end
  end
  return redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2] + length - now
end

function rules.concurrent(key, count, lease)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZSCORE', key, jid) or deed == 'take' and redis.call('ZCARD', key) < count then
    return 0, function()
      redis.call('ZADD', key, now + lease, jid)
      redis.call('PEXPIRE', key, lease)
    end
  end
  -- When a place becomes free is not known.
  return deed == 'take' and 1000 or 0
end

-- A bucket is nothing but the moment at which it will be full again.
function rules.bucket(key, burst, interval)
  local full = math.max(tonumber(redis.call('GET', key) or now), now) + interval
  local wait = full - now - interval * burst
  if wait > 0 then return wait end
  return 0, function() redis.call('SET', key, string.format('%.0f', full), 'PX', full - now) end
end

local longest, payments = 0, {}
for i, key in ipairs(KEYS) do
  local kind, count, time = unpack(ARGV, 3 * i, 3 * i + 2)
  local wait, pay = rules[kind](key, tonumber(count), tonumber(time))
  longest = math.max(longest, wait)
  payments[#payments + 1] = pay
end
if longest > 0 then return {'over', math.ceil(longest)} end
for _, pay in ipairs(payments) do pay() end
return {'granted'}
