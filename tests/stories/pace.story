# A sender may send much at once, and so much a second in the long run: what is too fast is refused until a time that is told.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900002"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900002}
09:00:02 _admin user.register {"name":"carol"} -> accepted carol 100003
  user.registered user carol, im "100003", details {}
09:00:03 _admin user.set {"name":"alice","limits":{"recipients_per_s":1,"bytes_per_s":1}} -> accepted
  user.changed user alice, details {limits {recipients_per_s 1, bytes_per_s 1}}
09:00:04 alice message.send {"to":["bob","carol"],"text":"a text of sixty bytes, of which a hundred may go out at once","route":"im"} -> accepted m5
  message.accepted message m5, from alice, to [bob, carol], text "a text of sixty bytes, of which a hundred may go out at once", route im, day 20788
  delivery.routed message m5, to bob, channel none, because no_device_online
  delivery.routed message m5, to carol, channel none, because no_device_online
# It is not remembered under its id: the same may be said again, when it was told, and no sooner.
09:00:05 alice message.send {"to":["bob"],"text":"one byte too many for this moment, if there were but 99 left","route":"im","id":"k1"} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:00:24Z", retry_at @09:00:24
09:00:23.999 alice message.send {"to":["bob"],"text":"one byte too many for this moment, if there were but 99 left","route":"im","id":"k1"} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:00:24Z", retry_at @09:00:24
09:00:24 alice message.send {"to":["bob"],"text":"one byte too many for this moment, if there were but 99 left","route":"im","id":"k1"} -> accepted m8
  message.accepted message m8, from alice, to [bob], text "one byte too many for this moment, if there were but 99 left", route im, day 20788
  delivery.routed message m8, to bob, channel none, because no_device_online
09:00:24 alice message.send {"to":["bob"],"text":"one byte too many for this moment, if there were but 99 left","route":"im","id":"k1"} -> accepted m8
09:00:24 alice schedule.create {"message":{"to":["bob"],"text":"what is kept counts too"},"when":{"at":"2026-12-01T09:10:00"}} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:00:47Z", retry_at @09:00:47

# What was told ahead is sent at its time, and what somebody writes by SMS is not held up; what is sent at once is.
09:01:00 alice schedule.create {"message":{"to":["bob","carol"],"text":"later","route":"im"},"when":{"at":["2026-12-01T09:01:20","2026-12-01T09:05:00"]}} -> accepted s11
  schedule.created schedule s11, from alice, message {to [bob, carol], text later, route im}, when {at [2026-12-01T09:01:20, 2026-12-01T09:05:00], zone UTC}, tzdata 2026f
  occurrence.planned schedule s11, occurrence {nominal 2026-12-01T09:01:20, due @09:01:20}, tzdata 2026f
  timer.set timer occur-s11, due @09:01:20
09:01:01 _admin user.set {"name":"alice","limits":{"bytes_per_s":null}} -> accepted
  user.changed user alice, details {limits {bytes_per_s null}}
09:01:02 alice message.send {"to":["bob","carol","+447700900001","+447700900002","+447700900003","+447700900004","+447700900005","+447700900006","+447700900007","+447700900008","+447700900009","+447700900010","+447700900011","+447700900012","+447700900013","+447700900014","+447700900015","+447700900016","+447700900017","+447700900018","+447700900019","+447700900020","+447700900021","+447700900022","+447700900023","+447700900024","+447700900025","+447700900026","+447700900027","+447700900028","+447700900029","+447700900030","+447700900031","+447700900032","+447700900033","+447700900034","+447700900035","+447700900036","+447700900037","+447700900038","+447700900039","+447700900040","+447700900041","+447700900042","+447700900043","+447700900044","+447700900045","+447700900046","+447700900047","+447700900048"],"text":"to fifty"} -> accepted m13
  message.accepted message m13, from alice, to [bob, carol, +447700900001, +447700900003, +447700900004, +447700900005, +447700900006, +447700900007, +447700900008, +447700900009, +447700900010, +447700900011, +447700900012, +447700900013, +447700900014, +447700900015, +447700900016, +447700900017, +447700900018, +447700900019, +447700900020, +447700900021, +447700900022, +447700900023, +447700900024, +447700900025, +447700900026, +447700900027, +447700900028, +447700900029, +447700900030, +447700900031, +447700900032, +447700900033, +447700900034, +447700900035, +447700900036, +447700900037, +447700900038, +447700900039, +447700900040, +447700900041, +447700900042, +447700900043, +447700900044, +447700900045, +447700900046, +447700900047, +447700900048], text "to fifty", route auto, day 20788, counts 48
  delivery.routed message m13, to bob, channel sms, because no_device_online
  delivery.routed message m13, to carol, channel none, because no_device_online
  delivery.routed message m13, to +447700900001, channel sms, because not_registered
  delivery.routed message m13, to +447700900003, channel sms, because not_registered
  delivery.routed message m13, to +447700900004, channel sms, because not_registered
  delivery.routed message m13, to +447700900005, channel sms, because not_registered
  delivery.routed message m13, to +447700900006, channel sms, because not_registered
  delivery.routed message m13, to +447700900007, channel sms, because not_registered
  delivery.routed message m13, to +447700900008, channel sms, because not_registered
  delivery.routed message m13, to +447700900009, channel sms, because not_registered
  delivery.routed message m13, to +447700900010, channel sms, because not_registered
  delivery.routed message m13, to +447700900011, channel sms, because not_registered
  delivery.routed message m13, to +447700900012, channel sms, because not_registered
  delivery.routed message m13, to +447700900013, channel sms, because not_registered
  delivery.routed message m13, to +447700900014, channel sms, because not_registered
  delivery.routed message m13, to +447700900015, channel sms, because not_registered
  delivery.routed message m13, to +447700900016, channel sms, because not_registered
  delivery.routed message m13, to +447700900017, channel sms, because not_registered
  delivery.routed message m13, to +447700900018, channel sms, because not_registered
  delivery.routed message m13, to +447700900019, channel sms, because not_registered
  delivery.routed message m13, to +447700900020, channel sms, because not_registered
  delivery.routed message m13, to +447700900021, channel sms, because not_registered
  delivery.routed message m13, to +447700900022, channel sms, because not_registered
  delivery.routed message m13, to +447700900023, channel sms, because not_registered
  delivery.routed message m13, to +447700900024, channel sms, because not_registered
  delivery.routed message m13, to +447700900025, channel sms, because not_registered
  delivery.routed message m13, to +447700900026, channel sms, because not_registered
  delivery.routed message m13, to +447700900027, channel sms, because not_registered
  delivery.routed message m13, to +447700900028, channel sms, because not_registered
  delivery.routed message m13, to +447700900029, channel sms, because not_registered
  delivery.routed message m13, to +447700900030, channel sms, because not_registered
  delivery.routed message m13, to +447700900031, channel sms, because not_registered
  delivery.routed message m13, to +447700900032, channel sms, because not_registered
  delivery.routed message m13, to +447700900033, channel sms, because not_registered
  delivery.routed message m13, to +447700900034, channel sms, because not_registered
  delivery.routed message m13, to +447700900035, channel sms, because not_registered
  delivery.routed message m13, to +447700900036, channel sms, because not_registered
  delivery.routed message m13, to +447700900037, channel sms, because not_registered
  delivery.routed message m13, to +447700900038, channel sms, because not_registered
  delivery.routed message m13, to +447700900039, channel sms, because not_registered
  delivery.routed message m13, to +447700900040, channel sms, because not_registered
  delivery.routed message m13, to +447700900041, channel sms, because not_registered
  delivery.routed message m13, to +447700900042, channel sms, because not_registered
  delivery.routed message m13, to +447700900043, channel sms, because not_registered
  delivery.routed message m13, to +447700900044, channel sms, because not_registered
  delivery.routed message m13, to +447700900045, channel sms, because not_registered
  delivery.routed message m13, to +447700900046, channel sms, because not_registered
  delivery.routed message m13, to +447700900047, channel sms, because not_registered
  delivery.routed message m13, to +447700900048, channel sms, because not_registered
09:01:02 alice message.send {"to":["bob","carol","+447700900001","+447700900002","+447700900003","+447700900004","+447700900005","+447700900006","+447700900007","+447700900008","+447700900009","+447700900010","+447700900011","+447700900012","+447700900013","+447700900014","+447700900015","+447700900016","+447700900017","+447700900018","+447700900019","+447700900020","+447700900021","+447700900022","+447700900023","+447700900024","+447700900025","+447700900026","+447700900027","+447700900028","+447700900029","+447700900030","+447700900031","+447700900032","+447700900033","+447700900034","+447700900035","+447700900036","+447700900037","+447700900038","+447700900039","+447700900040","+447700900041","+447700900042","+447700900043","+447700900044","+447700900045","+447700900046","+447700900047","+447700900048"],"text":"to fifty"} -> accepted m14
  message.accepted message m14, from alice, to [bob, carol, +447700900001, +447700900003, +447700900004, +447700900005, +447700900006, +447700900007, +447700900008, +447700900009, +447700900010, +447700900011, +447700900012, +447700900013, +447700900014, +447700900015, +447700900016, +447700900017, +447700900018, +447700900019, +447700900020, +447700900021, +447700900022, +447700900023, +447700900024, +447700900025, +447700900026, +447700900027, +447700900028, +447700900029, +447700900030, +447700900031, +447700900032, +447700900033, +447700900034, +447700900035, +447700900036, +447700900037, +447700900038, +447700900039, +447700900040, +447700900041, +447700900042, +447700900043, +447700900044, +447700900045, +447700900046, +447700900047, +447700900048], text "to fifty", route auto, day 20788, counts 48
  delivery.routed message m14, to bob, channel sms, because no_device_online
  delivery.routed message m14, to carol, channel none, because no_device_online
  delivery.routed message m14, to +447700900001, channel sms, because not_registered
  delivery.routed message m14, to +447700900003, channel sms, because not_registered
  delivery.routed message m14, to +447700900004, channel sms, because not_registered
  delivery.routed message m14, to +447700900005, channel sms, because not_registered
  delivery.routed message m14, to +447700900006, channel sms, because not_registered
  delivery.routed message m14, to +447700900007, channel sms, because not_registered
  delivery.routed message m14, to +447700900008, channel sms, because not_registered
  delivery.routed message m14, to +447700900009, channel sms, because not_registered
  delivery.routed message m14, to +447700900010, channel sms, because not_registered
  delivery.routed message m14, to +447700900011, channel sms, because not_registered
  delivery.routed message m14, to +447700900012, channel sms, because not_registered
  delivery.routed message m14, to +447700900013, channel sms, because not_registered
  delivery.routed message m14, to +447700900014, channel sms, because not_registered
  delivery.routed message m14, to +447700900015, channel sms, because not_registered
  delivery.routed message m14, to +447700900016, channel sms, because not_registered
  delivery.routed message m14, to +447700900017, channel sms, because not_registered
  delivery.routed message m14, to +447700900018, channel sms, because not_registered
  delivery.routed message m14, to +447700900019, channel sms, because not_registered
  delivery.routed message m14, to +447700900020, channel sms, because not_registered
  delivery.routed message m14, to +447700900021, channel sms, because not_registered
  delivery.routed message m14, to +447700900022, channel sms, because not_registered
  delivery.routed message m14, to +447700900023, channel sms, because not_registered
  delivery.routed message m14, to +447700900024, channel sms, because not_registered
  delivery.routed message m14, to +447700900025, channel sms, because not_registered
  delivery.routed message m14, to +447700900026, channel sms, because not_registered
  delivery.routed message m14, to +447700900027, channel sms, because not_registered
  delivery.routed message m14, to +447700900028, channel sms, because not_registered
  delivery.routed message m14, to +447700900029, channel sms, because not_registered
  delivery.routed message m14, to +447700900030, channel sms, because not_registered
  delivery.routed message m14, to +447700900031, channel sms, because not_registered
  delivery.routed message m14, to +447700900032, channel sms, because not_registered
  delivery.routed message m14, to +447700900033, channel sms, because not_registered
  delivery.routed message m14, to +447700900034, channel sms, because not_registered
  delivery.routed message m14, to +447700900035, channel sms, because not_registered
  delivery.routed message m14, to +447700900036, channel sms, because not_registered
  delivery.routed message m14, to +447700900037, channel sms, because not_registered
  delivery.routed message m14, to +447700900038, channel sms, because not_registered
  delivery.routed message m14, to +447700900039, channel sms, because not_registered
  delivery.routed message m14, to +447700900040, channel sms, because not_registered
  delivery.routed message m14, to +447700900041, channel sms, because not_registered
  delivery.routed message m14, to +447700900042, channel sms, because not_registered
  delivery.routed message m14, to +447700900043, channel sms, because not_registered
  delivery.routed message m14, to +447700900044, channel sms, because not_registered
  delivery.routed message m14, to +447700900045, channel sms, because not_registered
  delivery.routed message m14, to +447700900046, channel sms, because not_registered
  delivery.routed message m14, to +447700900047, channel sms, because not_registered
  delivery.routed message m14, to +447700900048, channel sms, because not_registered
09:01:02 alice schedule.run-now {"schedule":"s11"} -> accepted m15
  schedule.run schedule s11, message m15
  message.accepted message m15, from alice, to [bob, carol], route im, body 10, day 20788
  delivery.routed message m15, to bob, channel none, because no_device_online
  delivery.routed message m15, to carol, channel none, because no_device_online
09:01:02 alice schedule.run-now {"schedule":"s11"} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:01:04Z", retry_at @09:01:04
09:01:20 _clock timer.fired {"timer":"occur-s11","due":@09:01:20} -> accepted m17
  occurrence.fired schedule s11, occurrence {nominal 2026-12-01T09:01:20, due @09:01:20}, late_ms 0, message m17
  occurrence.planned schedule s11, occurrence {nominal 2026-12-01T09:05:00, due @09:05:00}, tzdata 2026f
  timer.set timer occur-s11, due @09:05:00
  message.accepted message m17, from alice, to [bob, carol], route im, body 10, day 20788
  delivery.routed message m17, to bob, channel none, because no_device_online
  delivery.routed message m17, to carol, channel none, because no_device_online
09:01:23 _admin user.set {"name":"bob","limits":{"recipients_per_s":1,"bytes_per_s":1}} -> accepted
  user.changed user bob, details {limits {recipients_per_s 1, bytes_per_s 1}}
09:01:24 bob message.send {"to":["carol"],"text":"more than a bucket of a hundred bytes ever holds goes out of a full one: who says so much at once waits for so much longer before the next word","route":"im"} -> accepted m19
  message.accepted message m19, from bob, to [carol], text "more than a bucket of a hundred bytes ever holds goes out of a full one: who says so much at once waits for so much longer before the next word", route im
  delivery.routed message m19, to carol, channel none, because no_device_online
09:01:25 bob message.send {"to":["carol"],"text":"x","route":"im"} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:02:08Z", retry_at @09:02:08
09:01:26 _sms phone.received {"connector":"main","from":"+447700900002","called":"im-100003","text":"by SMS"} -> accepted
  phone.received connector main, from +447700900002, called im-100003
  message.accepted message m21, from bob, to [carol], text "by SMS", route auto
  delivery.routed message m21, to carol, channel none, because no_device_online
09:01:27 _admin user.set {"name":"bob","limits":{"recipients_per_s":null,"bytes_per_s":null}} -> accepted
  user.changed user bob, details {limits {recipients_per_s null, bytes_per_s null}}
09:01:28 bob message.send {"to":["carol"],"text":"x","route":"im"} -> accepted m23
  message.accepted message m23, from bob, to [carol], text x, route im
  delivery.routed message m23, to carol, channel none, because no_device_online
09:01:29 _admin user.set {"name":"bob","limits":{"recipients_per_s":0}} -> refused command.malformed limits.recipients_per_s
  command.refused code command.malformed, text "the command cannot be read: invalid value: integer `0`, expected a nonzero u32 at line 1 column 44", field limits.recipients_per_s

# A quota counts what goes by SMS for each who gets it so, and all else once, unless an operator says otherwise.
09:02:00 _admin user.set {"name":"bob","day":6} -> accepted
  user.changed user bob, details {day 6}
09:02:01 bob message.send {"to":["alice","carol","+447700900091","+447700900092","+447700900093"],"text":"three by SMS"} -> accepted m26
  message.accepted message m26, from bob, to [alice, carol, +447700900091, +447700900092, +447700900093], text "three by SMS", route auto, counts 3
  delivery.routed message m26, to alice, channel none, because no_device_online
  delivery.routed message m26, to carol, channel none, because no_device_online
  delivery.routed message m26, to +447700900091, channel sms, because not_registered
  delivery.routed message m26, to +447700900092, channel sms, because not_registered
  delivery.routed message m26, to +447700900093, channel sms, because not_registered
09:02:02 bob message.send {"to":["alice","carol","+447700900091"],"text":"one by SMS"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 6, and the count stands at 6; it begins anew at 2026-12-02T00:00:00 (UTC)"
09:02:03 bob message.send {"to":["alice"],"text":"over"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 6, and the count stands at 6; it begins anew at 2026-12-02T00:00:00 (UTC)"
09:02:04 _admin user.set {"name":"bob","day":9,"zone":"UTC"} -> accepted
  user.changed user bob, details {zone UTC, day 9}
09:02:05 bob schedule.create {"message":{"to":["+447700900091","+447700900092"],"text":"two by SMS"},"when":{"at":["2026-12-01T09:03:00","2026-12-01T09:04:00"]}} -> accepted s30 over_quota [{nominal 2026-12-01T09:04:00, due @09:04:00, code quota.day_exceeded}]
  schedule.created schedule s30, from bob, message {to [+447700900091, +447700900092], text "two by SMS", route auto}, when {at [2026-12-01T09:03:00, 2026-12-01T09:04:00], zone UTC}, tzdata 2026f, over_quota [{nominal 2026-12-01T09:04:00, due @09:04:00, code quota.day_exceeded}]
  occurrence.planned schedule s30, occurrence {nominal 2026-12-01T09:03:00, due @09:03:00}, tzdata 2026f
  timer.set timer occur-s30, due @09:03:00
09:03:00 _clock timer.fired {"timer":"occur-s30","due":@09:03:00} -> accepted m31
  occurrence.fired schedule s30, occurrence {nominal 2026-12-01T09:03:00, due @09:03:00}, late_ms 0, message m31
  occurrence.planned schedule s30, occurrence {nominal 2026-12-01T09:04:00, due @09:04:00}, tzdata 2026f
  timer.set timer occur-s30, due @09:04:00
  message.accepted message m31, from bob, to [+447700900091, +447700900092], route auto, body 29, day 20788, counts 2
  delivery.routed message m31, to +447700900091, channel sms, because not_registered
  delivery.routed message m31, to +447700900092, channel sms, because not_registered
09:04:00 _clock timer.fired {"timer":"occur-s30","due":@09:04:00} -> accepted
  occurrence.skipped schedule s30, occurrence {nominal 2026-12-01T09:04:00, due @09:04:00}, late_ms 0, reason quota.day_exceeded
  schedule.ended schedule s30
09:04:01 _admin user.set {"name":"bob","day":12,"limits":{"counts":"recipients"}} -> accepted
  user.changed user bob, details {day 12, limits {counts recipients}}
09:04:02 bob message.send {"to":["alice","carol"],"text":"two clients","route":"im"} -> accepted m34
  message.accepted message m34, from bob, to [alice, carol], text "two clients", route im, day 20788, counts 2
  delivery.routed message m34, to alice, channel none, because no_device_online
  delivery.routed message m34, to carol, channel none, because no_device_online
09:04:03 bob message.send {"to":["alice","carol"],"text":"and again","route":"im"} -> accepted m35
  message.accepted message m35, from bob, to [alice, carol], text "and again", route im, day 20788, counts 2
  delivery.routed message m35, to alice, channel none, because no_device_online
  delivery.routed message m35, to carol, channel none, because no_device_online
09:04:04 _admin user.set {"name":"bob","day":13,"limits":{"counts":"messages"}} -> accepted
  user.changed user bob, details {day 13, limits {counts messages}}
09:04:05 bob message.send {"to":["alice","carol","+447700900091"],"text":"one message","route":"auto"} -> accepted m37
  message.accepted message m37, from bob, to [alice, carol, +447700900091], text "one message", route auto, day 20788
  delivery.routed message m37, to alice, channel none, because no_device_online
  delivery.routed message m37, to carol, channel none, because no_device_online
  delivery.routed message m37, to +447700900091, channel sms, because not_registered
09:04:06 bob message.send {"to":["alice"],"text":"over"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 13, and the count stands at 13; it begins anew at 2026-12-02T00:00:00 (UTC)"
09:04:07 _admin user.set {"name":"bob","limits":{"counts":null}} -> accepted
  user.changed user bob, details {limits {counts null}}
