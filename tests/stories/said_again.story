# A client that does not know whether it was heard says it again under the same id: it happens once, and is answered alike.

09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice schedule.create {"message":{"to":["bob"],"text":"later"},"when":{"at":"2026-12-01T10:00:00"},"id":"k1"} -> accepted s3
  schedule.created schedule s3, from alice, message {to [bob], text later, route auto}, when {at 2026-12-01T10:00:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, tzdata 2026f
  timer.set timer occur-s3, due @10:00:00
09:00:03 alice schedule.create {"message":{"to":["bob"],"text":"later"},"when":{"at":"2026-12-01T10:00:00"},"id":"k1"} -> accepted s3
09:00:04 alice schedule.run-now {"schedule":"s3","id":"k2"} -> accepted m5
  schedule.run schedule s3, message m5
  message.accepted message m5, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m5, to bob, channel none, because no_device_online
09:00:05 alice schedule.run-now {"schedule":"s3","id":"k2"} -> accepted m5
09:00:06 alice schedule.pause {"schedule":"s3","id":"k3"} -> accepted
  schedule.paused schedule s3
09:00:07 alice schedule.resume {"schedule":"s3","id":"k4"} -> accepted
  schedule.resumed schedule s3
09:00:08 alice schedule.pause {"schedule":"s3","id":"k3"} -> accepted
09:00:09 alice schedule.cancel {"schedule":"s3","id":"k5"} -> accepted
  schedule.cancelled schedule s3
  occurrence.cancelled schedule s3, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, late_ms -3591000, reason cancelled
09:00:10 alice schedule.cancel {"schedule":"s3","id":"k5"} -> accepted
09:00:11 alice schedule.cancel {"schedule":"s3"} -> refused schedule.unknown schedule
  command.refused code schedule.unknown, text "there is no such schedule of yours, or it has ended", field schedule
09:00:12 alice message.recall {"message":"m5","id":"k6"} -> accepted
  delivery.recalled message m5, to bob, from alice
09:00:13 alice message.recall {"message":"m5","id":"k6"} -> accepted
09:00:14 alice message.recall {"message":"m5","id":""} -> refused command.too_large id
  command.refused code command.too_large, text "an id has 1 to 256 bytes", field id

# Another rule begins to count anew, once.
09:01:00 alice schedule.create {"message":{"to":["bob"],"text":"later"},"when":{"at":"2026-12-01T10:00:00"}} -> accepted s16
  schedule.created schedule s16, from alice, message {to [bob], text later, route auto}, when {at 2026-12-01T10:00:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s16, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, tzdata 2026f
  timer.set timer occur-s16, due @10:00:00
09:01:01 alice schedule.replace {"schedule":"s16","when":{"every":"day","times":["12:00"],"count":2},"id":"k7"} -> accepted
  schedule.replaced schedule s16, when {every day, times [12:00], zone UTC, from 2026-12-01, count 2}, reckoned {counted_after @09:01:01}, unskipped [], tzdata 2026f
  occurrence.cancelled schedule s16, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, late_ms -3539000, reason replaced
  occurrence.planned schedule s16, occurrence {nominal 2026-12-01T12:00:00, due @12:00:00, number 1}, tzdata 2026f
  timer.set timer occur-s16, due @12:00:00
12:00:00 _clock timer.fired {"timer":"occur-s16","due":@12:00:00} -> accepted m18
  occurrence.fired schedule s16, occurrence {nominal 2026-12-01T12:00:00, due @12:00:00, number 1}, late_ms 0, message m18
  occurrence.planned schedule s16, occurrence {nominal 2026-12-02T12:00:00, due @02T12:00:00, number 2}, tzdata 2026f
  timer.set timer occur-s16, due @02T12:00:00
  message.accepted message m18, from alice, to [bob], route auto, body 11, day 20788
  delivery.routed message m18, to bob, channel none, because no_device_online
12:00:01 alice schedule.replace {"schedule":"s16","when":{"every":"day","times":["12:00"],"count":2},"id":"k7"} -> accepted

# Nothing had to be done when it was said first, and so nothing is done when it is said again.
12:01:00 alice schedule.pause {"schedule":"s16"} -> accepted
  schedule.paused schedule s16
12:01:01 alice schedule.pause {"schedule":"s16","id":"k8"} -> accepted
12:01:02 alice schedule.resume {"schedule":"s16"} -> accepted
  schedule.resumed schedule s16
12:01:03 alice schedule.pause {"schedule":"s16","id":"k8"} -> accepted
12:01:04 alice schedule.resume {"schedule":"s16","id":"k8"} -> refused command.id_reused id
  command.refused code command.id_reused, text "this id was used before with another content", field id
12:01:05 alice schedule.resume {"schedule":"s16"} -> accepted
