# An occurrence that is not wished is skipped once, is wished again where it is said, and is forgotten with the rule that has it no more.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice schedule.create {"message":{"to":["bob"],"text":"stand-up"},"when":{"every":"day","times":["09:10","09:20","09:30","09:40"]}} -> accepted s3
  schedule.created schedule s3, from alice, message {to [bob], text stand-up, route auto}, when {every day, times [09:10, 09:20, 09:30, 09:40], zone UTC, from 2026-12-01}, tzdata 2026f
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:10:00
09:00:03 alice schedule.skip {"schedule":"s3","occurrence":"2026-12-01T09:10:00"} -> accepted
  schedule.skip_set schedule s3, occurrence 2026-12-01T09:10:00, skip true
09:00:04 alice schedule.skip {"schedule":"s3","occurrence":"2026-12-01T09:10:00"} -> accepted
09:00:05 alice schedule.skip {"schedule":"s3","occurrence":"2026-12-01T09:20:00"} -> accepted
  schedule.skip_set schedule s3, occurrence 2026-12-01T09:20:00, skip true
09:00:06 alice schedule.skip {"schedule":"s3","occurrence":"2026-12-01T09:40:00"} -> accepted
  schedule.skip_set schedule s3, occurrence 2026-12-01T09:40:00, skip true
09:00:07 alice schedule.unskip {"schedule":"s3","occurrence":"2026-12-01T09:20:00"} -> accepted
  schedule.skip_set schedule s3, occurrence 2026-12-01T09:20:00, skip false
09:00:08 alice schedule.unskip {"schedule":"s3","occurrence":"2026-12-01T09:20:00"} -> accepted
09:00:09 bob schedule.unskip {"schedule":"s3","occurrence":"2026-12-01T09:10:00"} -> refused schedule.unknown schedule
  command.refused code schedule.unknown, text "there is no such schedule of yours, or it has ended", field schedule
09:10:00 _clock timer.fired {"timer":"occur-s3","due":@09:10:00} -> accepted
  occurrence.skipped schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 0, reason asked
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:20:00
09:20:00 _clock timer.fired {"timer":"occur-s3","due":@09:20:00} -> accepted m12
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, late_ms 0, message m12
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:30:00
  message.accepted message m12, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m12, to bob, channel none, because no_device_online
# Neither that of ten past, which has been skipped, is to be skipped another day, nor that of twenty to, when it is there again.
09:21:00 alice schedule.replace {"schedule":"s3","when":{"every":"day","times":["09:30","09:50"]}} -> accepted
  schedule.replaced schedule s3, when {every day, times [09:30, 09:50], zone UTC, from 2026-12-01}, unskipped [2026-12-01T09:40:00], tzdata 2026f
09:21:01 alice schedule.replace {"schedule":"s3","when":{"every":"day","times":["09:40"]}} -> accepted
  schedule.replaced schedule s3, when {every day, times [09:40], zone UTC, from 2026-12-01}, unskipped [], tzdata 2026f
  occurrence.cancelled schedule s3, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms -539000, reason replaced
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:40:00
09:40:00 _clock timer.fired {"timer":"occur-s3","due":@09:40:00} -> accepted m15
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, late_ms 0, message m15
  occurrence.planned schedule s3, occurrence {nominal 2026-12-02T09:40:00, due @02T09:40:00}, tzdata 2026f
  timer.set timer occur-s3, due @02T09:40:00
  message.accepted message m15, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m15, to bob, channel none, because no_device_online
# Without another message and another rule there is nothing to replace; another message alone leaves the rule as it is.
09:41:00 alice schedule.replace {"schedule":"s3"} -> refused schedule.nothing_to_replace when
  command.refused code schedule.nothing_to_replace, text "name a new message or a new when", field when
09:41:01 alice schedule.replace {"schedule":"s3","message":{"to":["bob"],"text":"sit-down"}} -> accepted
  schedule.replaced schedule s3, message {to [bob], text sit-down, route auto}, tzdata 2026f
02T09:40:00 _clock timer.fired {"timer":"occur-s3","due":@02T09:40:00} -> accepted m18
  occurrence.fired schedule s3, occurrence {nominal 2026-12-02T09:40:00, due @02T09:40:00}, late_ms 0, message m18
  occurrence.planned schedule s3, occurrence {nominal 2026-12-03T09:40:00, due @03T09:40:00}, tzdata 2026f
  timer.set timer occur-s3, due @03T09:40:00
  message.accepted message m18, from alice, to [bob], route auto, body 15, day 20789
  delivery.routed message m18, to bob, channel none, because no_device_online
