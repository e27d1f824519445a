# A firing that comes a little early, by another clock, counts on the day that begins with it, also for who has no zone.

23:50:00 _admin user.register {"name":"alice","day":1} -> accepted alice 100001
  user.registered user alice, im "100001", details {day 1}
23:50:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
23:51:00 alice schedule.create {"message":{"to":["bob"],"text":"midnight"},"when":{"at":"2026-12-02T00:00:00","zone":"UTC"}} -> accepted s3
  schedule.created schedule s3, from alice, message {to [bob], text midnight, route auto}, when {at 2026-12-02T00:00:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s3, occurrence {nominal 2026-12-02T00:00:00, due @02T00:00:00}, tzdata 2026f
  timer.set timer occur-s3, due @02T00:00:00
23:52:00 alice message.send {"to":["bob"],"text":"one of the first"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text "one of the first", route auto
  delivery.routed message m4, to bob, channel none, because no_device_online
23:59:58 _clock timer.fired {"timer":"occur-s3","due":@02T00:00:00} -> accepted m5
  occurrence.fired schedule s3, occurrence {nominal 2026-12-02T00:00:00, due @02T00:00:00}, late_ms 0, message m5
  schedule.ended schedule s3
  message.accepted message m5, from alice, to [bob], route auto, body 3
  delivery.routed message m5, to bob, channel none, because no_device_online
23:59:59 alice message.send {"to":["bob"],"text":"two of the first, or of the second"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 1, and the count stands at 1; it begins anew at 2026-12-02T00:00:00 (UTC)"
02T00:00:01 alice message.send {"to":["bob"],"text":"two of the second"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 1, and the count stands at 1; it begins anew at 2026-12-03T00:00:00 (UTC)"
