# An hour's downtime: what was due meanwhile ends by the rule's own policy, to the letter.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice schedule.create {"message":{"to":["bob"],"text":"latest"},"when":{"every":"day","times":["09:10","09:30","09:50","11:00"]}} -> accepted s3
  schedule.created schedule s3, from alice, message {to [bob], text latest, route auto}, when {every day, times [09:10, 09:30, 09:50, 11:00], zone UTC, from 2026-12-01}, tzdata 2026f
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s3, due @09:10:00
09:00:03 alice schedule.create {"message":{"to":["bob"],"text":"all"},"when":{"every":"day","times":["09:10","09:30","09:50","11:00"],"missed":"all","late_by":"45m"}} -> accepted s4
  schedule.created schedule s4, from alice, message {to [bob], text all, route auto}, when {every day, times [09:10, 09:30, 09:50, 11:00], zone UTC, from 2026-12-01, missed all, late_by 45m}, tzdata 2026f
  occurrence.planned schedule s4, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s4, due @09:10:00
09:00:04 alice schedule.create {"message":{"to":["bob"],"text":"never"},"when":{"every":"day","times":["09:10","09:30","09:50","11:00"],"missed":"never"}} -> accepted s5
  schedule.created schedule s5, from alice, message {to [bob], text never, route auto}, when {every day, times [09:10, 09:30, 09:50, 11:00], zone UTC, from 2026-12-01, missed never}, tzdata 2026f
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s5, due @09:10:00
09:00:05 alice schedule.create {"message":{"to":["bob"],"text":"spaced"},"when":{"every":"day","times":["09:10","09:30","09:50","11:00"],"missed":"all","late_by":"1h","min_interval":"15m"}} -> accepted s6
  schedule.created schedule s6, from alice, message {to [bob], text spaced, route auto}, when {every day, times [09:10, 09:30, 09:50, 11:00], zone UTC, from 2026-12-01, missed all, late_by 1h, min_interval 15m}, tzdata 2026f
  occurrence.planned schedule s6, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s6, due @09:10:00
09:00:06 alice schedule.create {"message":{"to":["bob"],"text":"not that late"},"when":{"at":"2026-12-01T09:10:00","late_by":"20m"}} -> accepted s7
  schedule.created schedule s7, from alice, message {to [bob], text "not that late", route auto}, when {at 2026-12-01T09:10:00, zone UTC, late_by 20m}, tzdata 2026f
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:10:00

# Only the latest that was missed goes out, and it is not too late.
10:00:00 _clock timer.fired {"timer":"occur-s3","due":@09:10:00} -> accepted
  occurrence.missed schedule s3, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 3000000, reason too_late
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  occurrence.missed schedule s3, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 1800000, reason too_late
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, tzdata 2026f
  occurrence.fired schedule s3, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, late_ms 600000, message m8
  occurrence.planned schedule s3, occurrence {nominal 2026-12-01T11:00:00, due @11:00:00}, tzdata 2026f
  timer.set timer occur-s3, due @11:00:00
  message.accepted message m8, from alice, to [bob], route auto, body 3, day 20788
  delivery.routed message m8, to bob, channel none, because no_device_online

# All of those not too late, one decision each; the next one is due at once.
10:00:01 _clock timer.fired {"timer":"occur-s4","due":@09:10:00} -> accepted
  occurrence.missed schedule s4, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 3001000, reason too_late
  occurrence.planned schedule s4, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  occurrence.fired schedule s4, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 1801000, message m9
  occurrence.planned schedule s4, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, tzdata 2026f
  timer.set timer occur-s4, due @09:50:00
  message.accepted message m9, from alice, to [bob], route auto, body 4, day 20788
  delivery.routed message m9, to bob, channel none, because no_device_online
10:00:02 _clock timer.fired {"timer":"occur-s4","due":@09:50:00} -> accepted m10
  occurrence.fired schedule s4, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, late_ms 602000, message m10
  occurrence.planned schedule s4, occurrence {nominal 2026-12-01T11:00:00, due @11:00:00}, tzdata 2026f
  timer.set timer occur-s4, due @11:00:00
  message.accepted message m10, from alice, to [bob], route auto, body 4, day 20788
  delivery.routed message m10, to bob, channel none, because no_device_online

# Never.
10:00:03 _clock timer.fired {"timer":"occur-s5","due":@09:10:00} -> accepted
  occurrence.missed schedule s5, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 3003000, reason never
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  occurrence.missed schedule s5, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 1803000, reason never
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, tzdata 2026f
  occurrence.missed schedule s5, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, late_ms 603000, reason never
  occurrence.planned schedule s5, occurrence {nominal 2026-12-01T11:00:00, due @11:00:00}, tzdata 2026f
  timer.set timer occur-s5, due @11:00:00

# The interval is measured from the firing that was late.
10:00:04 _clock timer.fired {"timer":"occur-s6","due":@09:10:00} -> accepted m12
  occurrence.fired schedule s6, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 3004000, message m12
  occurrence.planned schedule s6, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  timer.set timer occur-s6, due @09:30:00
  message.accepted message m12, from alice, to [bob], route auto, body 6, day 20788
  delivery.routed message m12, to bob, channel none, because no_device_online
10:00:05 _clock timer.fired {"timer":"occur-s6","due":@09:30:00} -> accepted
  occurrence.skipped schedule s6, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 1805000, reason min_interval
  occurrence.planned schedule s6, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, tzdata 2026f
  occurrence.skipped schedule s6, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, late_ms 605000, reason min_interval
  occurrence.planned schedule s6, occurrence {nominal 2026-12-01T11:00:00, due @11:00:00}, tzdata 2026f
  timer.set timer occur-s6, due @11:00:00

10:00:06 _clock timer.fired {"timer":"occur-s7","due":@09:10:00} -> accepted
  occurrence.missed schedule s7, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 3006000, reason too_late
  schedule.ended schedule s7

# The last one of a rule is missed as those before it are: its period is as long, be it the last by count or by date.
10:30:00 alice schedule.create {"message":{"to":["bob"],"text":"counted"},"when":{"every":5,"unit":"seconds","from":"2026-12-01T10:40:00","count":1,"missed":"never"}} -> accepted s15
  schedule.created schedule s15, from alice, message {to [bob], text counted, route auto}, when {every 5, unit seconds, zone UTC, from 2026-12-01T10:40:00, count 1, missed never}, reckoned {anchor @10:40:00}, tzdata 2026f
  occurrence.planned schedule s15, occurrence {nominal 2026-12-01T10:40:00, due @10:40:00, number 1}, tzdata 2026f
  timer.set timer occur-s15, due @10:40:00
10:30:01 alice schedule.create {"message":{"to":["bob"],"text":"to the day's end"},"when":{"every":10,"unit":"minutes","from":"2026-12-01T23:50:00","until":"2026-12-01"}} -> accepted s16
  schedule.created schedule s16, from alice, message {to [bob], text "to the day's end", route auto}, when {every 10, unit minutes, zone UTC, from 2026-12-01T23:50:00, until 2026-12-01}, reckoned {anchor @23:50:00, last @23:59:59.999}, tzdata 2026f
  occurrence.planned schedule s16, occurrence {nominal 2026-12-01T23:50:00, due @23:50:00}, tzdata 2026f
  timer.set timer occur-s16, due @23:50:00
10:30:02 alice schedule.create {"message":{"to":["bob"],"text":"just not too late"},"when":{"cron":"*/10 * * * *","from":"2026-12-01T23:50:00","count":1}} -> accepted s17
  schedule.created schedule s17, from alice, message {to [bob], text "just not too late", route auto}, when {cron "*/10 * * * *", zone UTC, from 2026-12-01T23:50:00, count 1}, tzdata 2026f
  occurrence.planned schedule s17, occurrence {nominal 2026-12-01T23:50:00, due @23:50:00, number 1}, tzdata 2026f
  timer.set timer occur-s17, due @23:50:00
10:40:05.001 _clock timer.fired {"timer":"occur-s15","due":@10:40:00} -> accepted
  occurrence.missed schedule s15, occurrence {nominal 2026-12-01T10:40:00, due @10:40:00, number 1}, late_ms 5001, reason never
  schedule.ended schedule s15
2026-12-02T00:00:00.001 _clock timer.fired {"timer":"occur-s16","due":@23:50:00} -> accepted
  occurrence.missed schedule s16, occurrence {nominal 2026-12-01T23:50:00, due @23:50:00}, late_ms 600001, reason too_late
  schedule.ended schedule s16
2026-12-02T00:00:00.001 _clock timer.fired {"timer":"occur-s17","due":@23:50:00} -> accepted
  occurrence.missed schedule s17, occurrence {nominal 2026-12-01T23:50:00, due @23:50:00, number 1}, late_ms 600001, reason too_late
  schedule.ended schedule s17
