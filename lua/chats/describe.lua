-- describe.lua: renew what the staff's list shows of a contact, if the chat is warm.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID    hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- ARGV[1]  JSON members for the staff's list
--
-- Returns  {"described"} | {"cold"}
-- Cost     O(1).   Called by Support/Contacts/Contacts.identify
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'cold' } end
redis.call('HSET', KEYS[1], 'card', ARGV[1])
return { 'described' }
