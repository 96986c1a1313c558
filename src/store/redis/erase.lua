-- What ends without a trace; the fourth part of the commit script.
-- A job, wherever it waits.
local function erase(seq, lane, id)
  local f = t .. ' ' .. id
  local envelope = call('HGET', JOB, f)
  leave(seq, '*', id)
  if lane ~= '*' then leave(seq, lane, id) end
  call('HDEL', JOB, f)
  call('HDEL', STATE, f)
  call('ZREM', SEEN, f)
  if not envelope then return end
  -- Before its body: format, kind and lane with their lengths, instant of the push.
  local kind = envelope:byte(2)
  jobs, bytes = jobs - 1, bytes - (#envelope - 12 - kind - struct.unpack('>I2', envelope, 3 + kind))
end
