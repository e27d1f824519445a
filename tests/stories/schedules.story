# A message is sent later, once or again and again; each occurrence ends once, and what is in the way is judged then.
09:00:00 _admin user.register {"name":"alice","zone":"Europe/London","day":4} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone "Europe/London", day 4}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json

# Once. The timer says when, the rules say whether.
09:01:00 alice schedule.create {"message":{"to":["bob"],"text":"call me"},"when":{"at":"2026-12-01T09:10:00"}} -> accepted s4
  schedule.created schedule s4, from alice, message {to [bob], text "call me", route auto}, when {at 2026-12-01T09:10:00, zone "Europe/London"}, tzdata 2026f
  occurrence.planned schedule s4, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, tzdata 2026f
  timer.set timer occur-s4, due @09:10:00
09:10:00 _clock timer.fired {"timer":"occur-s4","due":@09:10:00} -> accepted m5
  occurrence.fired schedule s4, occurrence {nominal 2026-12-01T09:10:00, due @09:10:00}, late_ms 0, message m5
  schedule.ended schedule s4
  message.accepted message m5, from alice, to [bob], route auto, body 4, day 20788
  delivery.routed message m5, to bob, channel live, because pc_online, seen 3, encoding json
# The same firing again, and one for a schedule that has ended.
09:10:01 _clock timer.fired {"timer":"occur-s4","due":@09:10:00} -> accepted

# Again and again. What is not wished, or not allowed, is skipped with its reason; the next one is planned at once.
09:11:00 alice schedule.create {"message":{"to":["bob","+447700900009"],"text":"stand-up"},"when":{"every":"day","times":["09:20","09:30","09:40","09:50"]}} -> accepted s7 over_quota [{nominal 2026-12-01T09:50:00, due @09:50:00, code quota.day_exceeded}]
  schedule.created schedule s7, from alice, message {to [bob, +447700900009], text stand-up, route auto}, when {every day, times [09:20, 09:30, 09:40, 09:50], zone "Europe/London", from 2026-12-01}, tzdata 2026f, over_quota [{nominal 2026-12-01T09:50:00, due @09:50:00, code quota.day_exceeded}]
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:20:00
09:11:30 bob schedule.pause {"schedule":"s7"} -> refused schedule.unknown schedule
  command.refused code schedule.unknown, text "there is no such schedule of yours, or it has ended", field schedule
09:12:00 alice schedule.skip {"schedule":"s7","occurrence":"2026-12-01T09:30:00"} -> accepted
  schedule.skip_set schedule s7, occurrence 2026-12-01T09:30:00, skip true
09:12:01 alice schedule.skip {"schedule":"s7","occurrence":"2026-12-01T09:31:00"} -> refused schedule.no_occurrence occurrence
  command.refused code schedule.no_occurrence, text "the schedule has no occurrence 2026-12-01T09:31:00 ahead", field occurrence
09:20:00 _clock timer.fired {"timer":"occur-s7","due":@09:20:00} -> accepted m11
  occurrence.fired schedule s7, occurrence {nominal 2026-12-01T09:20:00, due @09:20:00}, late_ms 0, message m11
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:30:00
  message.accepted message m11, from alice, to [bob, +447700900009], route auto, body 6, day 20788
  delivery.routed message m11, to bob, channel live, because pc_online, seen 3, encoding json
  delivery.routed message m11, to +447700900009, channel sms, because not_registered
09:30:00 _clock timer.fired {"timer":"occur-s7","due":@09:30:00} -> accepted
  occurrence.skipped schedule s7, occurrence {nominal 2026-12-01T09:30:00, due @09:30:00}, late_ms 0, reason asked
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:40:00
09:30:10 alice schedule.pause {"schedule":"s7"} -> accepted
  schedule.paused schedule s7
09:40:00 _clock timer.fired {"timer":"occur-s7","due":@09:40:00} -> accepted
  occurrence.skipped schedule s7, occurrence {nominal 2026-12-01T09:40:00, due @09:40:00}, late_ms 0, reason paused
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:50:00
09:40:10 alice schedule.resume {"schedule":"s7"} -> accepted
  schedule.resumed schedule s7
09:41:00 _admin user.suspend {"name":"alice"} -> accepted
  user.suspended user alice
09:50:00 _clock timer.fired {"timer":"occur-s7","due":@09:50:00} -> accepted
  occurrence.skipped schedule s7, occurrence {nominal 2026-12-01T09:50:00, due @09:50:00}, late_ms 0, reason auth.suspended
  occurrence.planned schedule s7, occurrence {nominal 2026-12-02T09:20:00, due @02T09:20:00}, tzdata 2026f
  timer.set timer occur-s7, due @02T09:20:00
09:51:00 _admin user.resume {"name":"alice"} -> accepted
  user.resumed user alice

# Sent at once, beside its occurrences; then the quota of the day is used up.
09:52:00 alice schedule.run-now {"schedule":"s7"} -> accepted m19
  schedule.run schedule s7, message m19
  message.accepted message m19, from alice, to [bob, +447700900009], route auto, body 6, day 20788
  delivery.routed message m19, to bob, channel live, because pc_online, seen 3, encoding json
  delivery.routed message m19, to +447700900009, channel sms, because not_registered
09:52:10 alice message.send {"to":["bob"],"text":"four"} -> accepted m20
  message.accepted message m20, from alice, to [bob], text four, route auto, day 20788
  delivery.routed message m20, to bob, channel live, because pc_online, seen 3, encoding json
09:52:20 alice message.send {"to":["bob"],"text":"five"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 4, and the count stands at 4; it begins anew at 2026-12-02T00:00:00 (Europe/London)"
09:52:30 alice schedule.run-now {"schedule":"s7"} -> refused quota.day_exceeded
  command.refused code quota.day_exceeded, text "the limit of this day is 4, and the count stands at 4; it begins anew at 2026-12-02T00:00:00 (Europe/London)"

# Another rule: what was planned by the old one is cancelled, and its timer changes nothing.
09:53:00 alice schedule.replace {"schedule":"s7","when":{"at":["2026-12-01T09:54:00","2026-12-01T09:55:00"]}} -> accepted
  schedule.replaced schedule s7, when {at [2026-12-01T09:54:00, 2026-12-01T09:55:00], zone "Europe/London"}, unskipped [], tzdata 2026f
  occurrence.cancelled schedule s7, occurrence {nominal 2026-12-02T09:20:00, due @02T09:20:00}, late_ms -84420000, reason replaced
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:54:00, due @09:54:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:54:00
09:54:00 _clock timer.fired {"timer":"occur-s7","due":@09:54:00} -> accepted
  occurrence.skipped schedule s7, occurrence {nominal 2026-12-01T09:54:00, due @09:54:00}, late_ms 0, reason quota.day_exceeded
  occurrence.planned schedule s7, occurrence {nominal 2026-12-01T09:55:00, due @09:55:00}, tzdata 2026f
  timer.set timer occur-s7, due @09:55:00
09:54:30 alice schedule.cancel {"schedule":"s7"} -> accepted
  schedule.cancelled schedule s7
  occurrence.cancelled schedule s7, occurrence {nominal 2026-12-01T09:55:00, due @09:55:00}, late_ms -30000, reason cancelled
09:55:00 _clock timer.fired {"timer":"occur-s7","due":@09:55:00} -> accepted

# Another text alone: those who have got it, by the same route and with the same deadline, unless it names others. Without any text it is refused.
09:56:00 alice schedule.create {"message":{"to":["bob","+447700900009"],"text":"later","route":"sms","expires_in":"1h"},"when":{"at":"2026-12-01T18:00:00"}} -> accepted s27 over_quota [{nominal 2026-12-01T18:00:00, due @18:00:00, code quota.day_exceeded}]
  schedule.created schedule s27, from alice, message {to [bob, +447700900009], text later, route sms, expires_in 1h}, when {at 2026-12-01T18:00:00, zone "Europe/London"}, tzdata 2026f, over_quota [{nominal 2026-12-01T18:00:00, due @18:00:00, code quota.day_exceeded}]
  occurrence.planned schedule s27, occurrence {nominal 2026-12-01T18:00:00, due @18:00:00}, tzdata 2026f
  timer.set timer occur-s27, due @18:00:00
09:56:10 alice schedule.replace {"schedule":"s27","message":{"to":[],"text":"sooner"}} -> accepted
  schedule.replaced schedule s27, message {to [bob, +447700900009], text sooner, route sms, expires_in 1h}, tzdata 2026f
09:56:20 alice schedule.replace {"schedule":"s27","message":{"to":[],"text":"or later","route":"im"}} -> refused message.no_recipient message.to
  command.refused code message.no_recipient, text "an unregistered phone cannot be reached by im", field message.to
09:56:30 alice schedule.replace {"schedule":"s27","message":{"to":[],"text":"or later","expires_in":"2h"}} -> accepted
  schedule.replaced schedule s27, message {to [bob, +447700900009], text "or later", route sms, expires_in 2h}, tzdata 2026f
09:56:40 alice schedule.replace {"schedule":"s27","message":{"to":[]}} -> refused message.empty message.text
  command.refused code message.empty, text "a message has a text or parts, not both and not neither", field message.text
