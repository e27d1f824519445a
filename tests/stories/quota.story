# A quota counts messages by the sender's own calendar, at acceptance and at each firing. At 08:00 it is December in Los Angeles.
07:50:00 _admin user.register {"name":"alice","zone":"America/Los_Angeles"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone "America/Los_Angeles"}
07:50:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
07:50:02 _admin user.set {"name":"alice","day":2} -> accepted
  user.changed user alice, details {day 2}
07:51:00 alice message.send {"to":["bob"],"text":"one"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text one, route auto, day 20787
  delivery.routed message m4, to bob, channel none, because no_device_online
07:52:00 alice schedule.create {"message":{"to":["bob"],"text":"midnight"},"when":{"every":"day","times":["23:58","23:59","00:00"],"count":5}} -> accepted s5 over_quota [{nominal 2026-11-30T23:59:00, due @07:59:00, code quota.day_exceeded}, {nominal 2026-12-01T23:59:00, due @02T07:59:00, code quota.day_exceeded}]
  schedule.created schedule s5, from alice, message {to [bob], text midnight, route auto}, when {every day, times [23:58, 23:59, 00:00], zone "America/Los_Angeles", from 2026-11-30, count 5}, reckoned {counted_after @07:52:00}, tzdata 2026f, over_quota [{nominal 2026-11-30T23:59:00, due @07:59:00, code quota.day_exceeded}, {nominal 2026-12-01T23:59:00, due @02T07:59:00, code quota.day_exceeded}]
  occurrence.planned schedule s5, occurrence {nominal 2026-11-30T23:58:00, due @07:58:00, number 1}, tzdata 2026f
  timer.set timer occur-s5, due @07:58:00
07:58:00 _clock timer.fired {"timer":"occur-s5","due":@07:58:00} -> accepted m6
  occurrence.fired schedule s5, occurrence {nominal 2026-11-30T23:58:00, due @07:58:00, number 1}, late_ms 0, message m6
  occurrence.planned schedule s5, occurrence {nominal 2026-11-30T23:59:00, due @07:59:00, number 2}, tzdata 2026f
  timer.set timer occur-s5, due @07:59:00
  message.accepted message m6, from alice, to [bob], route auto, body 5, day 20787
  delivery.routed message m6, to bob, channel none, because no_device_online
07:58:30 alice message.send {"to":["bob"],"text":"three"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 2, and the count stands at 2; it begins anew at 2026-12-01T00:00:00 (America/Los_Angeles)"
07:59:00 _clock timer.fired {"timer":"occur-s5","due":@07:59:00} -> accepted
  occurrence.skipped schedule s5, occurrence {nominal 2026-11-30T23:59:00, due @07:59:00, number 2}, late_ms 0, reason quota.day_exceeded
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T00:00:00, due @08:00:00, number 3}, tzdata 2026f
  timer.set timer occur-s5, due @08:00:00

# What is refused or skipped does not count. A firing that comes two seconds early belongs to the day and the month that begin with it.
07:59:58 _clock timer.fired {"timer":"occur-s5","due":@08:00:00} -> accepted m9
  occurrence.fired schedule s5, occurrence {nominal 2026-12-01T00:00:00, due @08:00:00, number 3}, late_ms 0, message m9
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T23:58:00, due @02T07:58:00, number 4}, tzdata 2026f
  timer.set timer occur-s5, due @02T07:58:00
  message.accepted message m9, from alice, to [bob], route auto, body 5, day 20788
  delivery.routed message m9, to bob, channel none, because no_device_online
07:59:59 alice message.send {"to":["bob"],"text":"two of December"} -> accepted m10
  message.accepted message m10, from alice, to [bob], text "two of December", route auto, day 20787
  delivery.routed message m10, to bob, channel none, because no_device_online
08:00:00 alice message.send {"to":["bob"],"text":"three of December"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 2, and the count stands at 2; it begins anew at 2026-12-02T00:00:00 (America/Los_Angeles)"

# More a day, but not more a month; a limit that is lowered below what is used ends it at once.
08:01:00 _admin user.set {"name":"alice","day":10,"month":3} -> accepted
  user.changed user alice, details {day 10, month 3}
08:02:00 alice message.send {"to":["bob"],"text":"three of December"} -> accepted m13
  message.accepted message m13, from alice, to [bob], text "three of December", route auto, day 20788
  delivery.routed message m13, to bob, channel none, because no_device_online
08:03:00 alice message.send {"to":["bob"],"text":"four of December"} -> refused quota.month_exceeded
  command.refused code quota.month_exceeded, text "the limit of this month is 3, and the count stands at 3; it begins anew at 2027-01-01T00:00:00 (America/Los_Angeles)"
08:04:00 alice schedule.replace {"schedule":"s5","when":{"at":["2026-12-01T00:05:00","2026-12-01T00:06:00"]}} -> accepted
  schedule.replaced schedule s5, when {at [2026-12-01T00:05:00, 2026-12-01T00:06:00], zone "America/Los_Angeles"}, unskipped [], tzdata 2026f
  occurrence.cancelled schedule s5, occurrence {nominal 2026-12-01T23:58:00, due @02T07:58:00, number 4}, late_ms -86040000, reason replaced
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T00:05:00, due @08:05:00}, tzdata 2026f
  timer.set timer occur-s5, due @08:05:00
08:05:00 _clock timer.fired {"timer":"occur-s5","due":@08:05:00} -> accepted
  occurrence.skipped schedule s5, occurrence {nominal 2026-12-01T00:05:00, due @08:05:00}, late_ms 0, reason quota.month_exceeded
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T00:06:00, due @08:06:00}, tzdata 2026f
  timer.set timer occur-s5, due @08:06:00
08:05:30 _admin user.set {"name":"alice","day":1,"month":100} -> accepted
  user.changed user alice, details {day 1, month 100}
08:06:00 _clock timer.fired {"timer":"occur-s5","due":@08:06:00} -> accepted
  occurrence.skipped schedule s5, occurrence {nominal 2026-12-01T00:06:00, due @08:06:00}, late_ms 0, reason quota.day_exceeded
  schedule.ended schedule s5
08:06:30 _admin user.set {"name":"alice","day":4} -> accepted
  user.changed user alice, details {day 4}
08:07:00 alice message.send {"to":["bob"],"text":"four of December"} -> accepted m20
  message.accepted message m20, from alice, to [bob], text "four of December", route auto, day 20788
  delivery.routed message m20, to bob, channel none, because no_device_online
08:07:01 alice message.send {"to":["bob"],"text":"five of December"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 4, and the count stands at 4; it begins anew at 2026-12-02T00:00:00 (America/Los_Angeles)"

# Who has no zone lives by UTC. In Shanghai the day turns at 16:00, and the month goes on.
08:10:00 _admin user.set {"name":"bob","day":1} -> accepted
  user.changed user bob, details {day 1}
08:10:01 _admin user.register {"name":"carol","zone":"Asia/Shanghai","day":1,"month":2} -> accepted carol 100003
  user.registered user carol, im "100003", details {zone "Asia/Shanghai", day 1, month 2}
08:10:02 _admin user.register {"name":"dave","day":0} -> accepted dave 100004
  user.registered user dave, im "100004", details {day 0}
08:11:00 bob message.send {"to":["alice"],"text":"one"} -> accepted m25
  message.accepted message m25, from bob, to [alice], text one, route auto
  delivery.routed message m25, to alice, channel none, because no_device_online
08:11:01 bob message.send {"to":["alice"],"text":"two"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 1, and the count stands at 1; it begins anew at 2026-12-02T00:00:00 (UTC)"
08:11:02 dave message.send {"to":["alice"],"text":"nothing at all"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 0, and the count stands at 0; it begins anew at 2026-12-02T00:00:00 (UTC)"
15:59:59 carol message.send {"to":["alice"],"text":"one"} -> accepted m28
  message.accepted message m28, from carol, to [alice], text one, route auto, day 20788
  delivery.routed message m28, to alice, channel none, because no_device_online
15:59:59 carol message.send {"to":["alice"],"text":"two"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 1, and the count stands at 1; it begins anew at 2026-12-02T00:00:00 (Asia/Shanghai)"
16:00:00 carol message.send {"to":["alice"],"text":"two"} -> accepted m30
  message.accepted message m30, from carol, to [alice], text two, route auto, day 20789
  delivery.routed message m30, to alice, channel none, because no_device_online
16:00:01 carol message.send {"to":["alice"],"text":"three"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 1, and the count stands at 1; it begins anew at 2026-12-03T00:00:00 (Asia/Shanghai)"
16:00:02 _admin user.set {"name":"carol","day":5} -> accepted
  user.changed user carol, details {day 5}
16:00:03 carol message.send {"to":["alice"],"text":"three"} -> refused quota.month_exceeded
  command.refused code quota.month_exceeded, text "the limit of this month is 2, and the count stands at 2; it begins anew at 2027-01-01T00:00:00 (Asia/Shanghai)"

# A quota can be taken away again; what is not named stays as it was, and taking it away once more changes nothing.
16:01:00 _admin user.set {"name":"carol","month":null} -> accepted
  user.changed user carol, details {month null}
16:01:01 carol message.send {"to":["alice"],"text":"three"} -> accepted m35
  message.accepted message m35, from carol, to [alice], text three, route auto, day 20789
  delivery.routed message m35, to alice, channel none, because no_device_online
16:01:02 _admin user.set {"name":"carol","day":null,"month":null} -> accepted
  user.changed user carol, details {day null, month null}
16:01:03 _admin user.set {"name":"carol","day":null} -> accepted
16:01:04 _admin user.set {"name":"carol","day":0} -> accepted
  user.changed user carol, details {day 0}
16:01:05 carol message.send {"to":["alice"],"text":"four"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 0, and the count stands at 2; it begins anew at 2026-12-03T00:00:00 (Asia/Shanghai)"
