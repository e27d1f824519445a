# What fires a little late is on time, and its interval is measured from when it was due; how late is too late is told to the millisecond.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice schedule.create {"message":{"to":["bob"],"text":"each minute"},"when":{"at":["2026-12-01T09:10:00","2026-12-01T09:11:00","2026-12-01T09:11:30"],"min_interval":"1m"}} -> accepted s3
  schedule.created schedule s3, from alice, message {to [bob], text "each minute", route auto}, when {at [2026-12-01T09:10:00, 2026-12-01T09:11:00, 2026-12-01T09:11:30], zone UTC, min_interval 1m}, tzdata 2026f
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:10:00
09:10:15 _clock timer.fired {"timer":"occur-s3","due":@09:10:00} -> accepted m4
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 15000, message m4
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:11:00, due @09:11:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:11:00
  message.accepted message m4, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m4, to bob, channel none, because no_device_online
09:11:00 _clock timer.fired {"timer":"occur-s3","due":@09:11:00} -> accepted m5
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:11:00, due @09:11:00}, late_ms 0, message m5
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:11:30, due @09:11:30}, tzdata 2026f
  timer.set timer occur-s3, due @09:11:30
  message.accepted message m5, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m5, to bob, channel none, because no_device_online
09:11:30 _clock timer.fired {"timer":"occur-s3","due":@09:11:30} -> accepted
  occurrence.skipped schedule s3, occurrence {nominal 2026-12-01T09:11:30, due @09:11:30}, late_ms 0, reason min_interval
  schedule.ended schedule s3

# Just not too late, and a millisecond later. A quarter of a minute is on time, also for what is never sent late.
09:20:00 alice schedule.create {"message":{"to":["bob"],"text":"for ten minutes"},"when":{"at":"2026-12-01T09:30:00","late_by":"10m"}} -> accepted s7
  schedule.created schedule s7, from alice, message {to [bob], text "for ten minutes", route auto}, when {at 2026-12-01T09:30:00, zone UTC, late_by 10m}, tzdata 2026f
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:30:00
09:20:01 alice schedule.create {"message":{"to":["bob"],"text":"for less"},"when":{"at":"2026-12-01T09:30:00","late_by":"599999ms"}} -> accepted s8
  schedule.created schedule s8, from alice, message {to [bob], text "for less", route auto}, when {at 2026-12-01T09:30:00, zone UTC, late_by 599999ms}, tzdata 2026f
  occurrence.planned schedule s8, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  timer.set timer occur-s8, due @09:30:00
09:20:02 alice schedule.create {"message":{"to":["bob"],"text":"on time"},"when":{"at":"2026-12-01T09:40:00","missed":"never"}} -> accepted s9
  schedule.created schedule s9, from alice, message {to [bob], text "on time", route auto}, when {at 2026-12-01T09:40:00, zone UTC, missed never}, tzdata 2026f
  occurrence.planned schedule s9, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, tzdata 2026f
  timer.set timer occur-s9, due @09:40:00
09:20:03 alice schedule.create {"message":{"to":["bob"],"text":"too late"},"when":{"at":"2026-12-01T09:40:00","missed":"never"}} -> accepted s10
  schedule.created schedule s10, from alice, message {to [bob], text "too late", route auto}, when {at 2026-12-01T09:40:00, zone UTC, missed never}, tzdata 2026f
  occurrence.planned schedule s10, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, tzdata 2026f
  timer.set timer occur-s10, due @09:40:00
09:40:00 _clock timer.fired {"timer":"occur-s7","due":@09:30:00} -> accepted m11
  occurrence.fired schedule s7, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 600000, message m11
  schedule.ended schedule s7
  message.accepted message m11, from alice, to [bob], route auto, body 7, day 20788
  delivery.routed message m11, to bob, channel none, because no_device_online
09:40:00 _clock timer.fired {"timer":"occur-s8","due":@09:30:00} -> accepted
  occurrence.missed schedule s8, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 600000, reason too_late
  schedule.ended schedule s8
09:40:15 _clock timer.fired {"timer":"occur-s9","due":@09:40:00} -> accepted m13
  occurrence.fired schedule s9, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, late_ms 15000, message m13
  schedule.ended schedule s9
  message.accepted message m13, from alice, to [bob], route auto, body 9, day 20788
  delivery.routed message m13, to bob, channel none, because no_device_online
09:40:15.001 _clock timer.fired {"timer":"occur-s10","due":@09:40:00} -> accepted
  occurrence.missed schedule s10, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, late_ms 15001, reason never
  schedule.ended schedule s10

# A list of times has no period: what was missed of it goes out for an hour, however soon the next one comes.
09:50:00 alice schedule.create {"message":{"to":["bob"],"text":"twice"},"when":{"at":["2026-12-01T10:00:00","2026-12-01T10:05:00"],"missed":"all"}} -> accepted s15
  schedule.created schedule s15, from alice, message {to [bob], text twice, route auto}, when {at [2026-12-01T10:00:00, 2026-12-01T10:05:00], zone UTC, missed all}, tzdata 2026f
  occurrence.planned schedule s15, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, tzdata 2026f
  timer.set timer occur-s15, due @10:00:00
10:10:00 _clock timer.fired {"timer":"occur-s15","due":@10:00:00} -> accepted m16
  occurrence.fired schedule s15, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, late_ms 600000, message m16
  occurrence.planned schedule s15, occurrence {nominal 2026-12-01T10:05:00, due @10:05:00}, tzdata 2026f
  timer.set timer occur-s15, due @10:05:00
  message.accepted message m16, from alice, to [bob], route auto, body 15, day 20788
  delivery.routed message m16, to bob, channel none, because no_device_online
10:10:01 _clock timer.fired {"timer":"occur-s15","due":@10:05:00} -> accepted m17
  occurrence.fired schedule s15, occurrence {nominal 2026-12-01T10:05:00, due @10:05:00}, late_ms 301000, message m17
  schedule.ended schedule s15
  message.accepted message m17, from alice, to [bob], route auto, body 15, day 20788
  delivery.routed message m17, to bob, channel none, because no_device_online

# A gap has moved the first onto the second: they are due at once, and both go out a moment later.
10:20:00 alice schedule.create {"message":{"to":["bob"],"text":"spring"},"when":{"every":"day","times":["01:30","02:30"],"from":"2027-03-28","zone":"Europe/London","missed":"all"}} -> accepted s18
  schedule.created schedule s18, from alice, message {to [bob], text spring, route auto}, when {every day, times [01:30, 02:30], zone "Europe/London", from 2027-03-28, missed all}, tzdata 2026f
  occurrence.planned schedule s18, occurrence {nominal 2027-03-28T01:30:00, due @2027-03-28T01:30:00}, tzdata 2026f
  timer.set timer occur-s18, due @2027-03-28T01:30:00
2027-03-28T01:30:00.001 _clock timer.fired {"timer":"occur-s18","due":@2027-03-28T01:30:00} -> accepted m19
  occurrence.fired schedule s18, occurrence {nominal 2027-03-28T01:30:00, due @2027-03-28T01:30:00}, late_ms 1, message m19
  occurrence.planned schedule s18, occurrence {nominal 2027-03-28T02:30:00, due @2027-03-28T01:30:00}, tzdata 2026f
  timer.set timer occur-s18, due @2027-03-28T01:30:00
  message.accepted message m19, from alice, to [bob], route auto, body 18, day 20905
  delivery.routed message m19, to bob, channel none, because no_device_online
2027-03-28T01:30:00.002 _clock timer.fired {"timer":"occur-s18","due":@2027-03-28T01:30:00} -> accepted m20
  occurrence.fired schedule s18, occurrence {nominal 2027-03-28T02:30:00, due @2027-03-28T01:30:00}, late_ms 2, message m20
  occurrence.planned schedule s18, occurrence {nominal 2027-03-29T01:30:00, due @2027-03-29T00:30:00}, tzdata 2026f
  timer.set timer occur-s18, due @2027-03-29T00:30:00
  message.accepted message m20, from alice, to [bob], route auto, body 18, day 20905
  delivery.routed message m20, to bob, channel none, because no_device_online

# Each deadline of a message that is sent later begins with its sending; it may have one of them.
2027-03-29T09:00:00 alice schedule.create {"message":{"to":["bob"],"text":"for an hour","expires_in":"1h"},"when":{"at":"2027-03-29T09:10:00"}} -> accepted s21
  schedule.created schedule s21, from alice, message {to [bob], text "for an hour", route auto, expires_in 1h}, when {at 2027-03-29T09:10:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s21, occurrence {nominal 2027-03-29T09:10:00, due @2027-03-29T09:10:00}, tzdata 2026f
  timer.set timer occur-s21, due @2027-03-29T09:10:00
2027-03-29T09:00:01 alice schedule.create {"message":{"to":["bob"],"text":"confirm me","escalate_after":"1h"},"when":{"at":"2027-03-29T09:10:00"}} -> accepted s22
  schedule.created schedule s22, from alice, message {to [bob], text "confirm me", route auto, escalate_after 1h}, when {at 2027-03-29T09:10:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s22, occurrence {nominal 2027-03-29T09:10:00, due @2027-03-29T09:10:00}, tzdata 2026f
  timer.set timer occur-s22, due @2027-03-29T09:10:00
2027-03-29T09:10:00 _clock timer.fired {"timer":"occur-s21","due":@2027-03-29T09:10:00} -> accepted m23
  occurrence.fired schedule s21, occurrence {nominal 2027-03-29T09:10:00, due @2027-03-29T09:10:00}, late_ms 0, message m23
  schedule.ended schedule s21
  message.accepted message m23, from alice, to [bob], route auto, body 21, expires @2027-03-29T10:10:00, day 20906
  delivery.routed message m23, to bob, channel none, because no_device_online
  timer.set timer expire-m23, due @2027-03-29T10:10:00
2027-03-29T09:10:00 _clock timer.fired {"timer":"occur-s22","due":@2027-03-29T09:10:00} -> accepted m24
  occurrence.fired schedule s22, occurrence {nominal 2027-03-29T09:10:00, due @2027-03-29T09:10:00}, late_ms 0, message m24
  schedule.ended schedule s22
  message.accepted message m24, from alice, to [bob], route auto, body 22, day 20906
  delivery.routed message m24, to bob, channel none, because no_device_online
  timer.set timer escalate-m24, due @2027-03-29T10:10:00

# Of two that were missed, and are not too late, the latter goes out.
2027-03-29T09:20:00 alice schedule.create {"message":{"to":["bob"],"text":"the latest"},"when":{"at":["2027-03-29T09:30:00","2027-03-29T09:35:00"]}} -> accepted s25
  schedule.created schedule s25, from alice, message {to [bob], text "the latest", route auto}, when {at [2027-03-29T09:30:00, 2027-03-29T09:35:00], zone UTC}, tzdata 2026f
  occurrence.planned schedule s25, occurrence {nominal 2027-03-29T09:30:00, due @2027-03-29T09:30:00}, tzdata 2026f
  timer.set timer occur-s25, due @2027-03-29T09:30:00
2027-03-29T09:40:00 _clock timer.fired {"timer":"occur-s25","due":@2027-03-29T09:30:00} -> accepted
  occurrence.missed schedule s25, occurrence {nominal 2027-03-29T09:30:00, due @2027-03-29T09:30:00}, late_ms 600000, reason superseded
  occurrence.planned schedule s25, occurrence {nominal 2027-03-29T09:35:00, due @2027-03-29T09:35:00}, tzdata 2026f
  timer.set timer occur-s25, due @2027-03-29T09:35:00
  occurrence.fired schedule s25, occurrence {nominal 2027-03-29T09:35:00, due @2027-03-29T09:35:00}, late_ms 300000, message m26
  schedule.ended schedule s25
  message.accepted message m26, from alice, to [bob], route auto, body 25, day 20906
  delivery.routed message m26, to bob, channel none, because no_device_online
