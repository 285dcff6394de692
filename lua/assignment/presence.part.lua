-- presence.part.lua: an agent comes or goes. A part: `--include assignment/presence`, after assignment/desk.

-- `desk` is of the account, `tag` and `account` are what it was opened with; on whatever device it was.
local function agent_came(desk, tag, account, agent, is_here)
    local key = desk.root .. 'agent:' .. agent
    if is_here and (not desk.is_ready() or redis.call('SISMEMBER', desk.root .. 'agents', agent) == 0) then
        redis.call('SADD', tag .. 'assignment:todo', account)
    end
    if redis.call('EXISTS', key) == 0 then return end
    redis.call('HSET', key, 'here', is_here and '1' or '0')
    local a = desk.agent(agent)
    desk.settle(a)
    if is_here then
        desk.disarm('grace', agent)
        desk.pull(a)
    elseif redis.call('ZCARD', key .. ':open') > 0 then
        desk.arm('grace', agent, desk.now + tonumber(redis.call('HGET', key, 'grace_ms') or 60000))
    end
end
