-- seed.lua: make a cold chat warm, from what PostgreSQL knows of it.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:ACCOUNT:chat:ID:clients    zset    sender:client_id -> seq
-- KEYS[4]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  epoch to begin, should the cell have none
-- ARGV[2]  idle chats expire after, s
-- ARGV[3]  JSON {"fields": [name, value, …], "messages": [[seq, message], …], "clients": [[seq, sender:client_id], …]},
--          every value a string
-- ARGV[4]  options of the desk: staff's log length, idle chats expire after, s
--
-- When a conversation is open, further keys are those of assignment/desk, in the same cell.
--
-- Returns  {"seeded"} | {"warm"} | {"recovering"}
-- Cost     O(remembered messages).   Called by Support/Chats/ColdChats.seed
local chat, history, clients, cell = unpack(KEYS)

-- While facts of an earlier epoch are on their way to PostgreSQL, what it knows may be too old to build on.
if redis.call('HEXISTS', cell, 'recovering') == 1 then return { 'recovering' } end
redis.call('HSETNX', cell, 'epoch', ARGV[1])
local epoch = redis.call('HGET', cell, 'epoch')
if redis.call('HGET', chat, 'epoch') == epoch then return { 'warm' } end

local known = cjson.decode(ARGV[3]) -- only read; the messages inside are strings and stay as they are
redis.call('DEL', chat, history, clients)
redis.call('HSET', chat, 'epoch', epoch, unpack(known.fields))
for _, entry in ipairs(known.messages) do redis.call('XADD', history, entry[1] .. '-0', 'm', entry[2]) end
for _, entry in ipairs(known.clients) do redis.call('ZADD', clients, entry[1], entry[2]) end

local status = redis.call('HGET', chat, 'status')
if status == 'waiting' or status == 'active' then -- it stays until the conversation is over
    --include assignment/desk
    local account, id = chat:match('^{[^}]*}:(.-):chat:(.+)$')
    local desk = open_desk(cell:sub(1, -5), account, ARGV[4])
    local c = desk.chat(id)
    if c.status == 'waiting' then
        desk.arrive(c, true)
    elseif c.assignee then
        local a = desk.agent(c.assignee)
        desk.hold(a, id, desk.weight_of(c.line))
        desk.settle(a)
    end
else
    redis.call('HSET', chat, 'idle', '1')
    for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
end
return { 'seeded' }
