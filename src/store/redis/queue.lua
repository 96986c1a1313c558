-- The queue of one partition; the first part of both scripts. t: tenant, seq: place in the order
-- of commits, lane: '*' for a job that waits alone. A job's mark is "t seq lane id"; READY holds
-- the marks of heads that can be leased, WAIT those of others by instant, LANE "t lane seq id".
local JOB, STATE, LANE, READY, WAIT, RING = unpack(KEYS, 1, 6)
local call, now = redis.call, tonumber(ARGV[1])

-- Attempts, end of the hold (0: not leased) and instant when due, if anything was written down.
local function state(t, seq, id)
  local text = call('HGET', STATE, t .. ' ' .. id)
  if not text then return 0, 0, 0 end
  local own, attempt, till, due = string.match(text, '^(%d+) (%d+) (%d+) (%d+)$')
  if own ~= seq then return 0, 0, 0 end
  return tonumber(attempt), tonumber(till), tonumber(due)
end

local function set_state(t, seq, id, attempt, till, due)
  call('HSET', STATE, t .. ' ' .. id, string.format('%s %d %.0f %.0f', seq, attempt, till, due))
end

local function ready(t, mark)
  call('ZADD', READY, 0, mark)
  -- Who comes into the ring stands one behind the least served: coming back gains nothing.
  local least = call('ZRANGE', RING, 0, 0, 'WITHSCORES')[2]
  call('ZADD', RING, 'NX', least and least + 1 or 0, t)
end

-- Puts a head where it belongs.
local function place(t, seq, lane, id, at)
  local mark = t .. ' ' .. seq .. ' ' .. lane .. ' ' .. id
  if at > now then
    call('ZADD', WAIT, at, mark)
    call('ZREM', READY, mark)
  else
    call('ZREM', WAIT, mark)
    ready(t, mark)
  end
end

-- The first job of a lane behind `after` (a seq and id, or nothing).
local function first(t, lane, after, limit)
  local from = after and '(' .. t .. ' ' .. lane .. ' ' .. after or '[' .. t .. ' ' .. lane .. ' '
  return call('ZRANGEBYLEX', LANE, from, '(' .. t .. ' ' .. lane .. '!', 'LIMIT', 0, limit)
end
