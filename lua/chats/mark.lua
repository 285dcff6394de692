-- mark.lua: raise the mark up to which one side, and one agent, has got or read the chat; never lowers it.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[4]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[5]  {cN}:ACCOUNT:rate:marks:READER    string  when the reader's bucket is full again, ms (GCRA)
-- KEYS[6]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- ARGV[1]  now, ms
-- ARGV[2]  now, ISO 8601
-- ARGV[3]  who: user | admin
-- ARGV[4]  what: delivered | read
-- ARGV[5]  up to this seq; 0 = everything
-- ARGV[6]  the agent's id; empty for a contact
-- ARGV[7]  rate limit: ms per mark
-- ARGV[8]  rate limit: burst, marks
-- ARGV[9]  the chat's channel
-- ARGV[10] the staff's channel
-- ARGV[11] staff's log length, publications
--
-- Returns  {"marked", seq} | {"unchanged", seq} | {"limited", retry after, ms} | {"cold"}
-- Cost     O(1), and O(messages above the mark) for an agent who read less than everything.
--          Called by Support/Chats/Receipts.mark
local chat, history, journal, cell, rate, log = unpack(KEYS)
local now, iso, who, what, upto, agent = unpack(ARGV, 1, 6)
local side = who .. '_' .. what

local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'seq', side, who .. '_delivered', 'read:' .. agent)
if not epoch or state[1] ~= epoch then return { 'cold' } end

local interval, burst = tonumber(ARGV[7]), tonumber(ARGV[8])
local full = math.max(tonumber(redis.call('GET', rate) or now), tonumber(now)) + interval
local wait = full - tonumber(now) - interval * burst
if wait > 0 then return { 'limited', math.ceil(wait) } end
redis.call('SET', rate, string.format('%.0f', full), 'PX', math.ceil(full - tonumber(now)))

local seq, was, own = tonumber(state[4]), tonumber(state[5] or 0), tonumber(state[7] or 0)
local mark = upto == '0' and seq or math.min(tonumber(upto), seq)
local is_agents = who == 'admin' and what == 'read'
local rose, own_rose = mark > was, is_agents and mark > own
local function text(number) return string.format('%.0f', number) end
if not rose and not own_rose then return { 'unchanged', text(was) } end

-- The time of a mark is that of its last move; `_moves` keeps some thirty earlier ones, so that a message goes on
-- to say when it was read itself.
local function raise(kind)
    local field = who .. '_' .. kind
    local moves = (redis.call('HGET', chat, field .. '_moves') or '') .. ' ' .. text(mark) .. ':' .. now
    if #moves > 640 then moves = moves:sub((moves:find(' ', #moves - 600, true))) end
    redis.call('HSET', chat, field, text(mark), field .. '_at', iso, field .. '_moves', moves)
    redis.call('SPUBLISH', ARGV[9], '\n{"type":"message_status","status":"' .. kind .. '","by":"' .. who
        .. '","up_to_seq":' .. text(mark) .. ',"at":"' .. iso .. '"}')
end
-- What has been read has been delivered, whether or not the reader said so.
if rose and what == 'read' and mark > tonumber(state[6] or 0) then raise('delivered') end
if rose then raise(what) end

local top, whose = math.max(mark, was), ''
if own_rose then
    own = mark
    redis.call('HSET', chat, 'read:' .. agent, text(mark))
    whose = ',"agent_id":"' .. agent .. '","agent_up_to_seq":' .. text(mark)
end
redis.call('XADD', journal, '*', 'f', '{"kind":"chat.marked","at":"' .. iso .. '",' .. state[3] .. ',"by":"' .. who
    .. '","mark":"' .. what .. '","from_seq":' .. text(was) .. ',"up_to_seq":' .. text(top) .. whose .. '}')

if is_agents then -- only this agent's screens change their count; the chat is read for all
    local above = own < seq and redis.call('XRANGE', history, text(own + 1) .. '-0', '+') or {}
    local count, unread = 0, false
    for _, entry in ipairs(above) do
        if entry[2][2]:find('"sender_type":"user"', 1, true) then
            count, unread = count + 1, unread or tonumber(entry[1]:match('^%d+')) > top
        end
    end
    local is_whole = own == seq or above[1] and above[1][1] == text(own + 1) .. '-0'
    if count < 100 and not is_whole then count = 'null' else count = text(math.min(count, 100)) end
    local news = '{"type":"chat_updated","chat":{"id":"' .. state[2] .. '","read_up_to":' .. text(top) .. ',"unread":'
        .. tostring(unread) .. '},"agent_id":"' .. agent .. '","unread_count":' .. count .. '}'
    local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[11], '0-*', 'm', news)
    redis.call('SPUBLISH', ARGV[10], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
end
return { 'marked', text(top) }
