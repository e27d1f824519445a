# A message expires, is recalled, or goes on to the next channel when it was not confirmed in time.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
09:00:03 alice message.send {"to":["bob"],"text":"till half past","expires_in":"30m","route":"im"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text "till half past", route im, expires @09:30:03
  delivery.routed message m4, to bob, channel live, because pc_online, seen 3, encoding json
  timer.set timer expire-m4, due @09:30:03
# Too early: the timer is a hint, the deadline is in the message.
09:20:03 _clock timer.fired {"timer":"expire-m4","due":@09:20:03} -> accepted
09:30:03 _clock timer.fired {"timer":"expire-m4","due":@09:30:03} -> accepted
  delivery.expired message m4, to bob, from alice
09:30:04 _clock timer.fired {"timer":"expire-m4","due":@09:30:03} -> accepted
09:31:00 alice message.send {"to":["bob"],"text":"confirm me","escalate_after":"10s"} -> accepted m8
  message.accepted message m8, from alice, to [bob], text "confirm me", route auto
  delivery.routed message m8, to bob, channel live, because pc_online, seen 3, encoding json
  timer.set timer escalate-m8, due @09:31:10
09:31:10 _clock timer.fired {"timer":"escalate-m8","due":@09:31:10} -> accepted
  delivery.routed message m8, to bob, channel sms, because not_confirmed, body 7
09:32:00 alice message.send {"to":["bob","+447700900002"],"text":"no, forget it"} -> accepted m10
  message.accepted message m10, from alice, to [bob, +447700900002], text "no, forget it", route auto
  delivery.routed message m10, to bob, channel live, because pc_online, seen 3, encoding json
  delivery.routed message m10, to +447700900002, channel sms, because not_registered
09:32:01 bob message.recall {"message":"m10"} -> refused message.not_open message
  command.refused code message.not_open, text "the message is not open: it was confirmed, it ended, or it is not yours", field message
09:32:02 alice message.recall {"message":"m10"} -> accepted
  delivery.recalled message m10, to bob, from alice
  delivery.recalled message m10, to +447700900002, from alice
09:32:03 alice message.recall {"message":"m10"} -> refused message.not_open message
  command.refused code message.not_open, text "the message is not open: it was confirmed, it ended, or it is not yours", field message
09:32:04 alice message.recall {"message":"m99"} -> refused message.unknown message
  command.refused code message.unknown, text "there is no such message", field message
09:33:00 alice message.send {"to":["bob"],"text":"x","expires_in":"0s"} -> refused message.bad_deadline expires_in
  command.refused code message.bad_deadline, text "a deadline lies between one second and one year ahead", field expires_in
09:33:01 alice message.send {"to":["bob"],"text":"x","expires_in":"9000d"} -> refused command.malformed expires_in
  command.refused code command.malformed, text "the command cannot be read: not a duration: a whole number and a unit (ms, s, m, h, d), as in 90s; at most ten years at line 1 column 45", field expires_in
10:00:00 alice message.send {"to":["bob"],"text":"till eleven","expires_in":"1h","route":"im"} -> accepted m17
  message.accepted message m17, from alice, to [bob], text "till eleven", route im, expires @11:00:00
  delivery.routed message m17, to bob, channel live, because pc_online, seen 3, encoding json
  timer.set timer expire-m17, due @11:00:00
# The clock of whoever fired was ahead: a little is nothing, more sets the timer again.
10:59:54 _clock timer.fired {"timer":"expire-m17","due":@11:00:00} -> accepted
  timer.set timer expire-m17, due @11:00:00
10:59:55 _clock timer.fired {"timer":"expire-m17","due":@11:00:00} -> accepted
  delivery.expired message m17, to bob, from alice
10:59:56 _clock timer.fired {"timer":"expire-m17","due":@02T14:46:40} -> accepted

# Fired twice, an escalation goes on once: who came back to a client in between has it there.
11:01:00 alice message.send {"to":["bob"],"text":"confirm me too","escalate_after":"10s"} -> accepted m21
  message.accepted message m21, from alice, to [bob], text "confirm me too", route auto
  delivery.routed message m21, to bob, channel live, because pc_online, seen 3, encoding json
  timer.set timer escalate-m21, due @11:01:10
11:01:10 _clock timer.fired {"timer":"escalate-m21","due":@11:01:10} -> accepted
  delivery.routed message m21, to bob, channel sms, because not_confirmed, body 21
11:01:11 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m8, to bob, channel live, because came_online, body 7, encoding json
  delivery.routed message m21, to bob, channel live, because came_online, body 21, encoding json
11:01:12 _clock timer.fired {"timer":"escalate-m21","due":@11:01:10} -> accepted

# Fired once, and late: that somebody came back before it does not make it done.
11:02:00 alice message.send {"to":["bob"],"text":"and me","escalate_after":"10s"} -> accepted m25
  message.accepted message m25, from alice, to [bob], text "and me", route auto
  delivery.routed message m25, to bob, channel live, because pc_online, seen 24, encoding json
  timer.set timer escalate-m25, due @11:02:10
11:02:11 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m8, to bob, channel live, because came_online, body 7, encoding json
  delivery.routed message m21, to bob, channel live, because came_online, body 21, encoding json
  delivery.routed message m25, to bob, channel live, because came_online, body 25, encoding json
11:02:12 _clock timer.fired {"timer":"escalate-m25","due":@11:02:10} -> accepted
  delivery.routed message m25, to bob, channel sms, because not_confirmed, body 25
