# Clocks differ by seconds, and commands cross the firings of timers: nothing is sent twice, and nothing is forgotten.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}

# A firing two seconds early is on time. The same rule said again in those seconds does not plan the same occurrence again.
09:01:00 alice schedule.create {"message":{"to":["bob"],"text":"now"},"when":{"every":"day","times":["09:10","09:20","09:30"]}} -> accepted s3
  schedule.created schedule s3, from alice, message {to [bob], text now, route auto}, when {every day, times [09:10, 09:20, 09:30], zone UTC, from 2026-12-01}, tzdata 2026f
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:10:00
09:09:58 _clock timer.fired {"timer":"occur-s3","due":@09:10:00} -> accepted m4
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 0, message m4
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:20:00
  message.accepted message m4, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m4, to bob, channel sms, because no_device_online
09:09:59 alice schedule.replace {"schedule":"s3","when":{"every":"day","times":["09:10","09:20","09:30"],"until":"2026-12-31"}} -> accepted
  schedule.replaced schedule s3, when {every day, times [09:10, 09:20, 09:30], zone UTC, from 2026-12-01, until 2026-12-31}, unskipped [], tzdata 2026f

# What is not wished stays so under another rule.
09:11:00 alice schedule.skip {"schedule":"s3","occurrence":"2026-12-01T09:20:00"} -> accepted
  schedule.skip_set schedule s3, occurrence 2026-12-01T09:20:00, skip true
09:11:01 alice schedule.replace {"schedule":"s3","when":{"at":["2026-12-01T09:15:00","2026-12-01T09:20:00"]}} -> accepted
  schedule.replaced schedule s3, when {at [2026-12-01T09:15:00, 2026-12-01T09:20:00], zone UTC}, unskipped [], tzdata 2026f
  occurrence.cancelled schedule s3, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, late_ms -539000, reason replaced
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:15:00, due @09:15:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:15:00

# A timer of the rule before, fired by a clock that is far ahead, does not take the place of the one that is awaited.
09:11:02 _clock timer.fired {"timer":"occur-s3","due":@09:20:00} -> accepted
09:11:03 _clock timer.fired {"timer":"occur-s3","due":@09:15:00} -> accepted
  timer.set timer occur-s3, due @09:15:00
09:15:00 _clock timer.fired {"timer":"occur-s3","due":@09:15:00} -> accepted m10
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:15:00, due @09:15:00}, late_ms 0, message m10
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:20:00
  message.accepted message m10, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m10, to bob, channel sms, because no_device_online
09:20:00 _clock timer.fired {"timer":"occur-s3","due":@09:20:00} -> accepted
  occurrence.skipped schedule s3, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, late_ms 0, reason asked
  schedule.ended schedule s3

# Leave to submit an SMS is given once, also to a bridge that names it twice in one breath.
09:30:00 alice message.send {"to":["bob"],"text":"once","route":"sms"} -> accepted m12
  message.accepted message m12, from alice, to [bob], text once, route sms, day 20788
  delivery.routed message m12, to bob, channel sms, because asked_for
09:30:01 _sms attempt.ask {"deliveries":[{"message":"m12","to":"bob"},{"message":"m12","to":"bob","again":true}]} -> accepted
  attempt.granted channel sms, message m12, to bob, phone +447700900001, from "100001"
09:31:00 alice message.send {"to":["bob"],"text":"late","route":"sms","expires_in":"1m"} -> accepted m14
  message.accepted message m14, from alice, to [bob], text late, route sms, expires @09:32:00, day 20788
  delivery.routed message m14, to bob, channel sms, because asked_for
  timer.set timer expire-m14, due @09:32:00
09:33:00 _sms attempt.ask {"deliveries":[{"message":"m14","to":"bob"},{"message":"m14","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m14, to bob
  delivery.expired message m14, to bob, from alice
