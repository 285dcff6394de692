-- beat.lua: renew a gateway's lease, note who came and went there, and tell of those who are really gone.
--
-- KEYS[1]  {cN}:presence:gateways  zset    gateway -> end of its lease, ms; 0 = dead, being cleared away
-- KEYS[2]  {cN}:presence:held      zset    "GATEWAY SUBJECT", all of score 0: sorted by name
-- KEYS[3]  {cN}:presence:holders   hash    SUBJECT -> gateways that hold it
-- KEYS[4]  {cN}:presence:online    zset    SUBJECT, all of score 0: who was told to be there
-- KEYS[5]  {cN}:presence:leaving   zset    SUBJECT -> when it is told to be gone, ms
-- KEYS[6]  {cN}:presence:notes     hash    "ACCOUNT AGENT" -> {"id","name"}; swept -> when that was last done, ms
-- ARGV[1]  gateway, a name that no other has ever had
-- ARGV[2]  begin | beat | end | sweep: by a worker, who holds nothing and is no gateway
-- ARGV[3]  the lease lasts, ms
-- ARGV[4]  whoever leaves may come back within, ms
-- ARGV[5]  what channels begin with
-- ARGV[6]  most to clear away in this call
-- ARGV[7]  options of the desk: staff's log length, idle chats expire after, s
-- ARGV[8..]  "+SUBJECT" came, followed by {"id","name"} for "a"; "-SUBJECT" went
--
-- A subject is "u ACCOUNT CHAT" (the contact in their chat), "a ACCOUNT AGENT" (on duty) or "v ACCOUNT CHAT AGENT"
-- (has the chat open). A gateway names one once, however many of its sockets stand for it, and may repeat itself.
-- Time is Redis's own, so that gateways whose clocks differ agree on who is dead. Further keys are those of
-- assignment/desk: an agent who comes gets who waits, and one who goes gets no more.
--
-- Returns  {"beating", 1 = more waits to be cleared away} | {"lapsed"}
-- Cost     O((came + went + cleared) × log n), and not by the number of those who stay.
--          Called by Support/Presence/Presence.beat
local gateways, held, holders, online, leaving, notes = unpack(KEYS)
local me, step, lease, linger, prefix, most = unpack(ARGV, 1, 6)
lease, linger, most = tonumber(lease), tonumber(linger), tonumber(most)
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local version = ',"version":' .. clock[1] .. string.format('%06d', clock[2]) .. '}'

--include assignment/desk
--include assignment/presence

if step ~= 'sweep' then
    local known = redis.call('ZSCORE', gateways, me)
    if step == 'begin' then known = '1' end
    if not known or tonumber(known) == 0 then return { 'lapsed' } end
    redis.call('ZADD', gateways, step == 'end' and 0 or now + lease, me)
end

local function tell(subject, is)
    local kind, account, id, agent = subject:match('^(%a) (%S+) (%S+) ?(%S*)$')
    local staff, on = prefix .. account .. ':staff', ',"online":' .. tostring(is)
    if kind == 'u' then
        redis.call('SPUBLISH', prefix .. account .. ':chat:' .. id, '\n{"type":"presence","by":"user"' .. on .. version)
        redis.call('SPUBLISH', staff, '\n{"type":"presence","chat_id":"' .. id .. '"' .. on .. version)
    elseif kind == 'a' then
        local card = redis.call('HGET', notes, account .. ' ' .. id)
        if not is then redis.call('HDEL', notes, account .. ' ' .. id) end
        redis.call('SPUBLISH', staff, '\n{"type":"agent_presence","agent":' .. (card or 'null') .. on .. version)
        agent_came(open_desk(prefix, account, ARGV[7]), prefix, account, id, is)
    else
        local chat, cards = 'v ' .. account .. ' ' .. id, {}
        for _, viewer in ipairs(redis.call('ZRANGEBYLEX', online, '[' .. chat .. ' ', '(' .. chat .. '!')) do
            cards[#cards + 1] = redis.call('HGET', notes, account .. ' ' .. viewer:sub(#chat + 2)) or nil
        end
        redis.call('SPUBLISH', staff, '\n{"type":"viewing","chat_id":"' .. id .. '","agents":['
            .. table.concat(cards, ',') .. ']' .. version)
    end
end

local function release(subject, due)
    if redis.call('HINCRBY', holders, subject, -1) > 0 then return end
    redis.call('HDEL', holders, subject)
    redis.call('ZADD', leaving, due, subject)
end

for i = 8, #ARGV do
    local sign, subject, card = ARGV[i]:match('^([+-])(%a [^{]*[^{ ]) ?(.*)$')
    local is_held = redis.call('ZSCORE', held, me .. ' ' .. subject)
    if sign == '+' and not is_held then
        redis.call('ZADD', held, 0, me .. ' ' .. subject)
        redis.call('HINCRBY', holders, subject, 1)
        redis.call('ZREM', leaving, subject)
        if card ~= '' then redis.call('HSET', notes, subject:sub(3), card) end
        if redis.call('ZADD', online, 0, subject) == 1 then tell(subject, true) end
    elseif sign == '-' and is_held then
        redis.call('ZREM', held, me .. ' ' .. subject)
        release(subject, now + linger)
    end
end

-- When nobody swept for long, it was Redis that was away, or all gateways: nobody could renew, so all get time to.
local swept = tonumber(redis.call('HGET', notes, 'swept') or now)
redis.call('HSET', notes, 'swept', string.format('%.0f', now))
if now - swept > lease * 2 / 3 then
    for _, gateway in ipairs(redis.call('ZRANGEBYSCORE', gateways, '(0', '+inf')) do
        redis.call('ZADD', gateways, now + lease, gateway)
    end
end
local left = most
for _, gateway in ipairs(redis.call('ZRANGEBYSCORE', gateways, '-inf', now)) do
    redis.call('ZADD', gateways, 0, gateway)
    local stale = redis.call('ZRANGEBYLEX', held, '[' .. gateway .. ' ', '(' .. gateway .. '!', 'LIMIT', 0, left)
    for _, entry in ipairs(stale) do
        redis.call('ZREM', held, entry)
        release(entry:sub(#gateway + 2), now)
    end
    left = left - #stale
    if left == 0 then break end
    redis.call('ZREM', gateways, gateway)
end
local gone = redis.call('ZRANGEBYSCORE', leaving, '-inf', now, 'LIMIT', 0, most)
for _, subject in ipairs(gone) do
    redis.call('ZREM', leaving, subject)
    redis.call('ZREM', online, subject)
end
for _, subject in ipairs(gone) do tell(subject, false) end
return { 'beating', (left == 0 or #gone == most) and 1 or 0 }
