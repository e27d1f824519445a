# A mailbox takes so many messages and no more: the sender is told, and what others get of the same message goes on.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol","phone":"+447700900003"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900003}
09:00:03 _admin user.set {"name":"bob","limits":{"mailbox":2}} -> accepted
  user.changed user bob, details {limits {mailbox 2}}
09:00:04 _admin user.set {"name":"bob","limits":{"mailbox":2}} -> accepted
09:00:05 alice message.send {"to":["bob"],"text":"one","id":"k1"} -> accepted m6
  message.accepted message m6, from alice, to [bob], text one, route auto, day 20788
  delivery.routed message m6, to bob, channel none, because no_device_online
09:00:06 alice message.send {"to":["bob"],"text":"two"} -> accepted m7
  message.accepted message m7, from alice, to [bob], text two, route auto, day 20788
  delivery.routed message m7, to bob, channel none, because no_device_online
09:00:07 alice message.send {"to":["bob"],"text":"three"} -> refused message.mailbox_full to
  command.refused code message.mailbox_full, text "2 messages wait for bob, and no more are taken", field to
09:00:08 alice message.send {"to":["bob","carol"],"text":"three to both","route":"im"} -> accepted m9
  message.accepted message m9, from alice, to [bob, carol], text "three to both", route im, day 20788
  delivery.filtered message m9, to bob, reason mailbox_full, from alice
  delivery.routed message m9, to carol, channel none, because no_device_online
09:00:09 _admin user.set {"name":"carol","limits":{"mailbox":1}} -> accepted
  user.changed user carol, details {limits {mailbox 1}}
09:00:10 alice message.send {"to":["bob","carol"],"text":"to neither"} -> refused message.mailbox_full to
  command.refused code message.mailbox_full, text "none of the recipients' mailboxes takes another message", field to
09:00:11 alice message.send {"to":["carol","+447700900099"],"text":"to one of them","route":"sms"} -> accepted m12
  message.accepted message m12, from alice, to [carol, +447700900099], text "to one of them", route sms, day 20788
  delivery.filtered message m12, to carol, reason mailbox_full, from alice
  delivery.routed message m12, to +447700900099, channel sms, because asked_for
09:00:12 alice schedule.create {"message":{"to":["bob"],"text":"later"},"when":{"at":["2026-12-01T09:01:00","2026-12-01T09:02:00"]}} -> accepted s13
  schedule.created schedule s13, from alice, message {to [bob], text later, route auto}, when {at [2026-12-01T09:01:00, 2026-12-01T09:02:00], zone UTC}, tzdata 2026f
  occurrence.planned schedule s13, occurrence {nominal 2026-12-01T09:01:00, due @09:01:00}, tzdata 2026f
  timer.set timer occur-s13, due @09:01:00
09:01:00 _clock timer.fired {"timer":"occur-s13","due":@09:01:00} -> accepted
  occurrence.skipped schedule s13, occurrence {nominal 2026-12-01T09:01:00, due @09:01:00}, late_ms 0, reason message.mailbox_full
  occurrence.planned schedule s13, occurrence {nominal 2026-12-01T09:02:00, due @09:02:00}, tzdata 2026f
  timer.set timer occur-s13, due @09:02:00
09:01:01 bob message.received {"message":"m6"} -> accepted
  delivery.delivered message m6, to bob, from alice
09:02:00 _clock timer.fired {"timer":"occur-s13","due":@09:02:00} -> accepted m16
  occurrence.fired schedule s13, occurrence {nominal 2026-12-01T09:02:00, due @09:02:00}, late_ms 0, message m16
  schedule.ended schedule s13
  message.accepted message m16, from alice, to [bob], route auto, body 12, day 20788
  delivery.routed message m16, to bob, channel none, because no_device_online
# Said again under its id, what was accepted stays accepted. Who is blocked does not learn how many wait.
09:02:01 alice message.send {"to":["bob"],"text":"one","id":"k1"} -> accepted m6
09:02:02 bob contact.block {"who":"alice"} -> accepted
  contact.blocked user bob, who alice
09:02:03 alice message.send {"to":["bob"],"text":"four"} -> accepted m19
  message.accepted message m19, from alice, to [bob], text four, route auto, day 20788
  delivery.filtered message m19, to bob, reason blocked, from alice
09:02:04 bob contact.remove {"who":"alice"} -> accepted
  contact.removed user bob, who alice
# Unset, the limit is everybody's again.
09:02:05 _admin user.set {"name":"bob","limits":{"mailbox":null}} -> accepted
  user.changed user bob, details {limits {mailbox null}}
09:02:06 alice message.send {"to":["bob"],"text":"five"} -> accepted m22
  message.accepted message m22, from alice, to [bob], text five, route auto, day 20788
  delivery.routed message m22, to bob, channel none, because no_device_online
09:02:07 _admin user.set {"name":"bob","limits":{"mailbox":0}} -> accepted
  user.changed user bob, details {limits {mailbox 0}}
09:02:08 alice message.send {"to":["bob"],"text":"six"} -> refused message.mailbox_full to
  command.refused code message.mailbox_full, text "0 messages wait for bob, and no more are taken", field to
