# Bob's devices all read what is published for him once: MessagePack while each of them speaks it, else JSON.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice message.send {"to":["bob"],"text":"one"} -> accepted m3
  message.accepted message m3, from alice, to [bob], text one, route auto
  delivery.routed message m3, to bob, channel none, because no_device_online
09:00:03 bob presence.online msgpack {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding msgpack
  delivery.routed message m3, to bob, channel live, because came_online, body 3, encoding msgpack
09:00:04 alice message.send {"to":["bob"],"text":"two"} -> accepted m5
  message.accepted message m5, from alice, to [bob], text two, route auto
  delivery.routed message m5, to bob, channel live, because pc_online, seen 4, encoding msgpack
# Another one speaks JSON: the last to come does not decide for both.
09:00:05 bob presence.online {"device":"desk","class":"pc"} -> accepted
  presence.online user bob, device desk, class pc, lease_ms 45000, encoding json
  delivery.routed message m3, to bob, channel live, because came_online, body 3, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
09:00:06 bob presence.online msgpack {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding msgpack
  delivery.routed message m3, to bob, channel live, because came_online, body 3, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
09:00:07 alice message.send {"to":["bob"],"text":"three"} -> accepted m8
  message.accepted message m8, from alice, to [bob], text three, route auto
  delivery.routed message m8, to bob, channel live, because pc_online, seen 7, encoding json
# What fetches its messages is answered as it asks.
09:00:08 bob presence.offline {"device":"desk"} -> accepted
  presence.offline user bob, device desk, because said
09:00:09 bob presence.online {"device":"watch","class":"pull"} -> accepted
  presence.online user bob, device watch, class pull, lease_ms 45000, encoding json
09:00:10 alice message.send {"to":["bob"],"text":"four"} -> accepted m11
  message.accepted message m11, from alice, to [bob], text four, route auto
  delivery.routed message m11, to bob, channel live, because pc_online, seen 7, encoding msgpack
# The same device changes its mind.
09:00:11 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m3, to bob, channel live, because came_online, body 3, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
  delivery.routed message m8, to bob, channel live, because came_online, body 8, encoding json
  delivery.routed message m11, to bob, channel live, because came_online, body 11, encoding json
09:00:12 alice message.send {"to":["bob"],"text":"five"} -> accepted m13
  message.accepted message m13, from alice, to [bob], text five, route auto
  delivery.routed message m13, to bob, channel live, because pc_online, seen 12, encoding json
