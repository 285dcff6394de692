-- advance.lua: remember how far a reader of the journal is, and drop what every reader has passed.
--
-- KEYS[1]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[2]  {cN}:readers            hash    reader -> stream id up to which it is done
-- ARGV[1]  reader
-- ARGV[2]  stream id
-- ARGV[3..] the names of all readers
--
-- Returns  {"advanced", entries left}
-- Cost     O(dropped).   Called by Realtime/Journal/JournalReader
local journal, readers = KEYS[1], KEYS[2]

-- Stream ids are "ms-seq", both of up to 20 digits: compared part by part, as numbers are too short for them.
local function parts(id)
    local ms, seq = string.match(id, '^(%d+)-(%d+)$')
    return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #seq) .. seq
end

redis.call('HSET', readers, ARGV[1], ARGV[2])
local slowest
for i = 3, #ARGV do
    local position = redis.call('HGET', readers, ARGV[i]) or '0-0'
    if not slowest or parts(position) < parts(slowest) then slowest = position end
end
local ms, seq = string.match(slowest, '^(%d+)-(%d+)$')
redis.call('XTRIM', journal, 'MINID', ms .. '-' .. string.format('%.0f', tonumber(seq) + 1))
return { 'advanced', redis.call('XLEN', journal) }
