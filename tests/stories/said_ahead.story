# What is said ahead takes of its sender's pace when it is said, and as much again where another message takes its place.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.set {"name":"alice","limits":{"bytes_per_s":1}} -> accepted
  user.changed user alice, details {limits {bytes_per_s 1}}
09:00:03 alice schedule.create {"message":{"to":["bob"],"text":"a text of sixty bytes, of which a hundred may go out at once"},"when":{"at":"2026-12-01T10:00:00"}} -> accepted s4
  schedule.created schedule s4, from alice, message {to [bob], text "a text of sixty bytes, of which a hundred may go out at once", route auto}, when {at 2026-12-01T10:00:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s4, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, tzdata 2026f
  timer.set timer occur-s4, due @10:00:00
09:00:03 alice message.send {"to":["bob"],"text":"forty-one bytes of what is left, forty..."} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:00:04Z", retry_at @09:00:04
09:00:03 alice message.send {"to":["bob"],"text":"forty bytes, which are all that is left."} -> accepted m6
  message.accepted message m6, from alice, to [bob], text "forty bytes, which are all that is left.", route auto, day 20788
  delivery.routed message m6, to bob, channel none, because no_device_online
09:10:00 alice schedule.replace {"schedule":"s4","message":{"to":["bob"],"text":"a text of sixty bytes, of which a hundred may go out at once"}} -> accepted
  schedule.replaced schedule s4, message {to [bob], text "a text of sixty bytes, of which a hundred may go out at once", route auto}, tzdata 2026f
09:10:00 alice message.send {"to":["bob"],"text":"forty-one bytes of what is left, forty..."} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:10:01Z", retry_at @09:10:01
09:10:00 alice schedule.replace {"schedule":"s4","message":{"to":["bob"],"text":"a text of sixty bytes, of which a hundred may go out at once"}} -> refused quota.too_fast
  command.refused code quota.too_fast, text "this is more than you may send at once; try again at 2026-12-01T09:10:20Z", retry_at @09:10:20
10:00:00 _clock timer.fired {"timer":"occur-s4","due":@10:00:00} -> accepted m10
  occurrence.fired schedule s4, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, late_ms 0, message m10
  schedule.ended schedule s4
  message.accepted message m10, from alice, to [bob], route auto, body 7, day 20788
  delivery.routed message m10, to bob, channel none, because no_device_online
