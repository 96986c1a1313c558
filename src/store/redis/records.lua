-- Records; the second part of the commit script. A key comes as five values: the numbers in KEYS
-- of the record, of its folder's names and of its folder's feed (0: none), its name in the folder
-- and its mark among what expires.
local V, TENANTS, EXPIRY, DEAD, GRAVES, SEEN, SIZE = unpack(KEYS, 7, 13)
local REMEMBERED = 2592000000
local version

-- The version of a record that is alive.
local function live(k)
  local head = call('GETRANGE', KEYS[k], 0, 13)
  if head == '' then return nil end
  local found, ends = struct.unpack('>I6I8', head)
  if ends == 0 or ends > now then return found end
end

-- The number in a counter: 0 where there is none, nil where the record is no number.
local function number(k)
  if not live(k) then return 0 end
  local stored = call('GET', KEYS[k])
  return stored:byte(16) == 0 and tonumber(string.match(stored, '^%-?%d+$', 17)) or nil
end

local function put(k, names, feed, name, mark, ends, value)
  local stored = struct.pack('>I6I8', version, ends) .. value
  if ends == 0 then
    call('SET', KEYS[k], stored)
  else
    call('SET', KEYS[k], stored, 'PXAT', string.format('%.0f', ends + 1000))
  end
  if names == 0 then return end
  call('ZADD', KEYS[names], 0, name)
  if feed > 0 then call('ZADD', KEYS[feed], version, name) end
  if ends == 0 then call('ZREM', EXPIRY, mark) else call('ZADD', EXPIRY, ends, mark) end
end

-- A followed folder remembers for a while that a name was listed.
local function delete(k, names, feed, name, mark)
  call('DEL', KEYS[k])
  if names == 0 then return end
  local listed = call('ZREM', KEYS[names], name)
  if feed == 0 then
    call('ZREM', EXPIRY, mark)
  elseif listed == 1 then
    call('ZADD', KEYS[feed], version, name)
    call('ZADD', EXPIRY, now + REMEMBERED, mark)
  end
  return listed
end

local function sweep(k, names, feed, name, mark)
  if live(k) or (tonumber(call('ZSCORE', EXPIRY, mark)) or now + 1) > now then return end
  if delete(k, names, feed, name, mark) == 0 and feed > 0 then
    call('ZREM', KEYS[feed], name)
    call('ZREM', EXPIRY, mark)
  end
end
