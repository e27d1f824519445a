# Bob is online and gets it live; away it waits; back he gets it in order, and confirms.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","zone":"Europe/London"} -> accepted bob 100002
  user.registered user bob, im "100002", details {zone "Europe/London"}
09:00:02 bob presence.online {"device":"laptop","class":"pc","lease":"45s"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
09:00:03 alice message.send {"to":["bob"],"text":"on my way"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text "on my way", route auto
  delivery.routed message m4, to bob, channel live, because pc_online, seen 3, encoding json
09:00:04 bob message.received {"message":"m4"} -> accepted
  delivery.delivered message m4, to bob, from alice
# A confirmation said again costs nothing.
09:00:05 bob message.received {"message":"m4"} -> accepted
09:00:06 bob message.read {"message":"m4"} -> accepted
  delivery.read message m4, to bob
09:01:00 _lease presence.lapsed {"user":"bob","device":"laptop","since":3} -> accepted
  presence.offline user bob, device laptop, because lapsed
09:02:00 alice message.send {"to":["100002"],"text":"one"} -> accepted m9
  message.accepted message m9, from alice, to [bob], text one, route auto
  delivery.routed message m9, to bob, channel none, because no_device_online
09:02:01 alice message.send {"to":["bob","100002"],"text":"two, to him once"} -> accepted m10
  message.accepted message m10, from alice, to [bob], text "two, to him once", route auto
  delivery.routed message m10, to bob, channel none, because no_device_online
09:03:00 bob presence.online {"device":"phone","class":"pc"} -> accepted
  presence.online user bob, device phone, class pc, lease_ms 45000, encoding json
  delivery.routed message m9, to bob, channel live, because came_online, body 8, encoding json
  delivery.routed message m10, to bob, channel live, because came_online, body 9, encoding json
09:03:01 bob message.received {"messages":["m9","m10"]} -> accepted
  delivery.delivered message m9, to bob, from alice
  delivery.delivered message m10, to bob, from alice
# A lease of before does not lapse the new one.
09:04:00 _lease presence.lapsed {"user":"bob","device":"phone","since":3} -> accepted
09:05:00 bob presence.offline {"device":"phone"} -> accepted
  presence.offline user bob, device phone, because said
09:05:01 bob presence.offline {"device":"phone"} -> accepted
