-- take.lua: take one token from a bucket (generic cell rate algorithm).
--
-- KEYS[1]  {cN}:rate:…             string  when the bucket is full again, ms
-- ARGV[1]  now, ms
-- ARGV[2]  ms per token
-- ARGV[3]  burst, tokens
--
-- Returns  {"taken"} | {"limited", retry after, ms}
-- Cost     O(1).   Called by Support/Limits/RateLimits.take
local now, interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + interval
if full - now > interval * burst then return { 'limited', math.ceil(full - now - interval * burst) } end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil(full - now))
return { 'taken' }
