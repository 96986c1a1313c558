-- What becomes of jobs; the third part of the commit script.
local t, n, touched, jobs, bytes, pushed, raised, came = ARGV[2], tonumber, {}, 0, 0, 0, 0, false

local function leave(seq, lane, id)
  local mark = t .. ' ' .. seq .. ' ' .. lane .. ' ' .. id
  if call('ZREM', WAIT, mark) == 0 then call('ZREM', READY, mark) end
  if lane == '*' then return end
  call('ZREM', LANE, t .. ' ' .. lane .. ' ' .. seq .. ' ' .. id)
  touched[lane] = true
end

local function push(lane, id, due, size, envelope)
  local f, behind = t .. ' ' .. id, nil
  pushed, jobs, bytes = pushed + 1, jobs + 1, bytes + size
  local seq = string.format('%016.0f', version * 1000 + pushed)
  call('ZADD', SEEN, 9e15, f)
  call('HSET', JOB, f, envelope)
  if due > now then set_state(t, seq, id, 0, 0, due) end
  if lane ~= '*' then
    behind = first(t, lane, nil, 1)[1]
    call('ZADD', LANE, 0, t .. ' ' .. lane .. ' ' .. seq .. ' ' .. id)
  end
  if not behind then
    place(t, seq, lane, id, due)
    came = came or due <= now
  end
end

-- A dead letter: the length of its notice, the notice, the envelope.
local function bury(f, notice)
  call('HSET', DEAD, f, struct.pack('>I4', #notice) .. notice .. call('HGET', JOB, f))
  call('ZADD', GRAVES, 0, f)
end

local function raise(lane, id, due, size)
  local f = t .. ' ' .. id
  local letter = call('HGET', DEAD, f)
  if not letter then return end
  call('HDEL', DEAD, f)
  call('ZREM', GRAVES, f)
  push(lane, id, due, size, string.sub(letter, 5 + struct.unpack('>I4', letter)))
  raised = raised + 1
end

-- D done, B buried, R again in place, A again apart, H held on; `value` is the instant (0: D leaves
-- no memory), for B the notice.
local function settle(op, seq, lane, id, attempt, value, size)
  local f = t .. ' ' .. id
  if op == 'D' or op == 'B' then
    leave(seq, lane, id)
    if op == 'B' then bury(f, value) elseif n(value) == 0 then call('ZREM', SEEN, f)
    else call('ZADD', SEEN, value, f) end
    call('HDEL', JOB, f)
    call('HDEL', STATE, f)
    jobs, bytes = jobs - 1, bytes - size
  elseif op == 'A' then
    leave(seq, lane, id)
    set_state(t, seq, id, attempt, 0, n(value))
    place(t, seq, '*', id, n(value))
  elseif op == 'R' then
    set_state(t, seq, id, attempt, 0, n(value))
    if lane == '*' then place(t, seq, lane, id, n(value)) else touched[lane] = true end
  else
    local _, _, due = state(t, seq, id)
    set_state(t, seq, id, attempt, n(value), due)
    if lane == '*' then place(t, seq, lane, id, n(value)) else touched[lane] = true end
  end
end

-- Places the new head of a lane that a job has left.
local function advance(lane)
  local head = first(t, lane, nil, 1)[1]
  if not head then return end
  local seq, id = string.match(head, '^%S+ %S+ (%S+) (%S+)$')
  local _, till, due = state(t, seq, id)
  place(t, seq, lane, id, math.max(till, due))
end
