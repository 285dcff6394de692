-- read.lua: who is there at this moment, for somebody who begins to listen.
--
-- KEYS[1]  {cN}:presence:online    zset    SUBJECT, all of score 0: who was told to be there (see beat.lua)
-- KEYS[2]  {cN}:presence:notes     hash    "ACCOUNT AGENT" -> {"id","name"}
-- ARGV[1]  account
-- ARGV[2]  chat; empty for all that staff see
-- ARGV[3]  at most this many of each
--
-- Returns  {"chat", version, 1 = the contact is there, 1 = somebody on staff is there}
--        | {"staff", version, agents as JSON, [chat, agent as JSON, …] of who has it open, chats whose contact is there}
-- Cost     O(log n + returned).   Called by Support/Presence/Presence.read
local online, notes = KEYS[1], KEYS[2]
local account, chat, most = ARGV[1], ARGV[2], ARGV[3]
local clock = redis.call('TIME')
local version = clock[1] .. string.format('%06d', clock[2])

local function named(kind, count)
    local start = kind .. ' ' .. account
    local found = redis.call('ZRANGEBYLEX', online, '[' .. start .. ' ', '(' .. start .. '!', 'LIMIT', 0, count)
    for i, subject in ipairs(found) do found[i] = subject:sub(#start + 2) end
    return found
end

if chat ~= '' then
    local is_there = redis.call('ZSCORE', online, 'u ' .. account .. ' ' .. chat)
    return { 'chat', version, is_there and 1 or 0, #named('a', 1) }
end
local agents, viewing = {}, {}
for _, agent in ipairs(named('a', most)) do
    agents[#agents + 1] = redis.call('HGET', notes, account .. ' ' .. agent) or nil
end
for _, view in ipairs(named('v', most)) do
    local where, agent = view:match('^(%S+) (%S+)$')
    local card = redis.call('HGET', notes, account .. ' ' .. agent)
    if card then
        viewing[#viewing + 1] = where
        viewing[#viewing + 1] = card
    end
end
return { 'staff', version, agents, viewing, named('u', most) }
