-- Writes a batch, all of it or nothing. ARGV: now, tenant, channel, topics, limits of the backlog
-- in jobs and bytes, the topic of jobs that can be leased; then operations, each a letter and as
-- many values as ARITY says.
-- A settled job: seq, lane, id, attempt, what the letter needs, size of its body. Z ends the tenant.
local ARITY = {E=2, W=7, X=5, S=5, C=8, D=6, R=6, A=6, B=6, H=6, P=5, G=5, K=3, Z=0}
local channel, topics, sums, ended = ARGV[3], ARGV[4], {}, false

local i, expected, limited, settled, more, room = 8, 0, 0, 0, 0, 0
while ARGV[i] do
  local op, a, b, c, d, _, _, by, most = unpack(ARGV, i, i + 8)
  if op == 'E' then
    local found = live(n(a))
    local holds = found and (b == 'live' or found == n(b)) or not found and b == 'absent'
    if not holds then return {'conflict', expected, 0} end
    expected = expected + 1
  elseif op == 'C' then
    local sum = sums[KEYS[n(a)]] or number(n(a))
    sum = sum and sum + n(by)
    if not sum or sum > n(most) or sum < -9007199254740992 then return {'limit', limited, 0} end
    sums[KEYS[n(a)]], limited = sum, limited + 1
  elseif op == 'P' then
    more, room = more + 1, room + n(d)
  elseif ARITY[op] == 6 then
    local attempt, till = state(t, a, c)
    if till == 0 or attempt ~= n(d) then return {'lost', settled, 0} end
    settled = settled + 1
  end
  i = i + 1 + ARITY[op]
end
local size = more > 0 and settled == 0 and call('HMGET', SIZE, t, t .. ' b')
if size and (n(size[1] or 0) + more > n(ARGV[5]) or n(size[2] or 0) + room > n(ARGV[6])) then
  return {'full', 0, 0}
end

version, i = call('INCR', V), 8
if t ~= '-' then call('ZADD', TENANTS, 'NX', 0, t) end
while ARGV[i] do
  local op, a, b, c, d, e, f, g = unpack(ARGV, i, i + 7)
  if op == 'W' then put(n(a), n(b), n(c), d, e, n(f), g)
  elseif op == 'X' then delete(n(a), n(b), n(c), d, e)
  elseif op == 'S' then sweep(n(a), n(b), n(c), d, e)
  elseif op == 'C' then put(n(a), n(b), n(c), d, e, n(f), '\1\0' .. string.format('%.0f', sums[KEYS[n(a)]]))
  elseif op == 'P' then
    if (n(call('ZSCORE', SEEN, t .. ' ' .. b)) or 0) <= now then push(a, b, n(c), n(d), e) end
  elseif op == 'G' then raise(a, b, n(c), n(d))
  elseif op == 'K' then erase(a, b, c)
  elseif op == 'Z' then ended = true
  elseif ARITY[op] == 6 then settle(op, a, b, c, n(d), e, n(f)) end
  i = i + 1 + ARITY[op]
end
for lane in pairs(touched) do advance(lane) end
if ended then
  call('ZREM', TENANTS, t)
  call('ZREM', RING, t)
  call('HDEL', SIZE, t, t .. ' b')
elseif jobs ~= 0 then call('HINCRBY', SIZE, t, jobs) call('HINCRBY', SIZE, t .. ' b', bytes) end
if came then topics = topics == '' and ARGV[7] or topics .. ' ' .. ARGV[7] end
if topics ~= '' then call('PUBLISH', channel, topics) end
return {'ok', version, raised}
