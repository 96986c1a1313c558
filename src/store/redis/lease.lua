-- Gives out jobs. ARGV: now, end of the hold, how many; then, for what follows a held job in its
-- lane: tenant, seq, lane, id and attempt of the held one, and how an envelope of its kind begins.
-- Answers three values a job: its mark, which attempt it is, its envelope.
local till, max, out = tonumber(ARGV[2]), tonumber(ARGV[3]), {}

local function give(t, seq, lane, id)
  local attempt, _, due = state(t, seq, id)
  set_state(t, seq, id, attempt + 1, till, due)
  out[#out + 1] = t .. ' ' .. seq .. ' ' .. lane .. ' ' .. id
  out[#out + 1] = attempt + 1
  out[#out + 1] = call('HGET', JOB, t .. ' ' .. id)
end

if ARGV[4] then
  local t, seq, lane, id, kind = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[9]
  local attempt, held = state(t, seq, id)
  if held == 0 or attempt ~= tonumber(ARGV[8]) then return out end
  for _, behind in ipairs(first(t, lane, seq .. ' ' .. id, max)) do
    local next_seq, next_id = string.match(behind, '^%S+ %S+ (%S+) (%S+)$')
    local _, next_till, due = state(t, next_seq, next_id)
    local envelope = call('HGET', JOB, t .. ' ' .. next_id)
    if next_till > now or due > now or string.sub(envelope, 1, #kind) ~= kind then break end
    give(t, next_seq, lane, next_id)
  end
  return out
end

for _, mark in ipairs(call('ZRANGEBYSCORE', WAIT, '-inf', now, 'LIMIT', 0, 64)) do
  call('ZREM', WAIT, mark)
  ready(string.match(mark, '^%S+'), mark)
end
while #out < max * 3 do
  local least = call('ZRANGE', RING, 0, 0)
  local t = least[1]
  if not t then break end
  local marks = call('ZRANGEBYLEX', READY, '[' .. t .. ' ', '(' .. t .. '!', 'LIMIT', 0, 2)
  if marks[1] then
    local seq, lane, id = string.match(marks[1], '^%S+ (%S+) (%S+) (%S+)$')
    call('ZREM', READY, marks[1])
    call('ZADD', WAIT, till, marks[1])
    give(t, seq, lane, id)
  end
  if marks[2] then call('ZINCRBY', RING, 1, t) else call('ZREM', RING, t) end
end
return out
