# A group SMS goes to the phones of all members in the group's name, whether they are online or not; who does not get it, and why.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 _admin user.register {"name":"carol","phone":"+447700900002"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900002}
09:00:03 _admin user.register {"name":"dave","phone":"+447700900003"} -> accepted dave 100004
  user.registered user dave, im "100004", details {phone +447700900003}
09:00:04 _admin user.register {"name":"erin","phone":"+447700900004"} -> accepted erin 100005
  user.registered user erin, im "100005", details {phone +447700900004}
09:00:05 _admin user.register {"name":"frank"} -> accepted frank 100006
  user.registered user frank, im "100006", details {}
09:00:06 alice group.create {"name":"Class 3b","members":["bob","carol","dave","erin","frank"],"confirm":false,"sms_day":2,"sms_month":3} -> accepted
  group.created group "3001", owner alice, name "Class 3b", cap 200, sms_day 2, sms_month 3, zone UTC
  group.joined group "3001", who [bob, carol, dave, erin, frank], by alice
  message.accepted message m7, from _homing, charged alice, to [bob, carol, dave, erin, frank], text "alice has put you in the group Class 3b (3001). G QUIT 3001 leaves it.", route auto, expires @08T09:00:06, day 20788, counts 4
  delivery.routed message m7, to bob, channel sms, because no_device_online
  delivery.routed message m7, to carol, channel sms, because no_device_online
  delivery.routed message m7, to dave, channel sms, because no_device_online
  delivery.routed message m7, to erin, channel sms, because no_device_online
  delivery.routed message m7, to frank, channel none, because no_device_online
09:00:07 bob presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding json
  delivery.routed message m7, to bob, channel live, because came_online, body 7, encoding json
09:00:08 carol preference.set {"group":{"3001":{"sms":"off"}}} -> accepted
  group.sms_set group "3001", who carol, sms false
09:00:09 _admin user.suspend {"name":"dave"} -> accepted
  user.suspended user dave
09:00:10 erin preference.set {"sms":"off"} -> accepted
  preference.set user erin, sms false
09:01:00 alice message.send {"to":["#3001"],"text":"no school tomorrow","as_group":true} -> accepted m12
  message.accepted message m12, from alice, group "3001", to [], text "no school tomorrow", route sms, day 20788, in_name {head "Class 3b", day 20788}
  delivery.page message m12, first 0, last true, routed [{channel sms, because asked_for, to [bob]}], filtered [{reason opted_out_of_group, to [carol]}, {reason suspended, to [dave]}, {reason opted_out, to [erin]}, {reason no_phone, to [frank]}]
09:01:01 alice message.send {"to":["#3001"],"text":"school is open","as_group":"#3001","with_header":false} -> accepted m13
  message.accepted message m13, from alice, group "3001", to [], text "school is open", route sms, day 20788, in_name {day 20788}
  delivery.page message m13, first 0, last true, routed [{channel sms, because asked_for, to [bob]}], filtered [{reason opted_out_of_group, to [carol]}, {reason suspended, to [dave]}, {reason opted_out, to [erin]}, {reason no_phone, to [frank]}]
09:01:02 alice message.send {"to":["#3001"],"text":"once more","as_group":true} -> refused group.sms_day_exceeded
  command.refused code group.sms_day_exceeded, text "the group's limit of this day is 2, and the count stands at 2; it begins anew at 2026-12-02T00:00:00 (UTC)"
09:01:03 bob message.send {"to":["#3001"],"text":"me too","as_group":true} -> refused group.not_admin as_group
  command.refused code group.not_admin, text "only the owner and the administrators of this group may do that", field as_group
09:01:04 alice message.send {"to":["#3001"],"text":"not this one","as_group":"3002"} -> refused message.no_recipient as_group
  command.refused code message.no_recipient, text "a message in a group's name is to that group alone", field as_group
09:01:05 alice message.send {"to":["bob"],"text":"no group","as_group":true} -> refused message.no_recipient as_group
  command.refused code message.no_recipient, text "a message in a group's name is to that group alone", field as_group
09:01:06 alice message.send {"to":["#3001"],"text":"no name","with_header":true} -> refused message.no_recipient with_header
  command.refused code message.no_recipient, text "a message in a group's name is to that group alone", field with_header
09:01:07 alice message.send {"to":["#3001"],"text":"to all","as_group":false} -> accepted m19
  message.accepted message m19, from alice, group "3001", to [], text "to all", route auto, day 20788
  delivery.page message m19, first 0, last true, routed [{channel live, because pc_online, encoding json, to [bob], seen [8]}, {channel none, because sms_off, to [carol, erin]}, {channel none, because no_device_online, to [frank]}], filtered [{reason suspended, to [dave]}]

# What is queued is not sent to who has stopped it since.
09:02:00 bob preference.set {"group":{"3001":{"sms":"off"}}} -> accepted
  group.sms_set group "3001", who bob, sms false
09:02:01 _sms attempt.ask {"deliveries":[{"message":"m12","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m12, to bob
  delivery.filtered message m12, to bob, reason opted_out_of_group, from alice, group "3001"

# Nor to who has left, whatever they had wished of it.
09:02:02 alice group.create {"name":"Chess","members":["carol"],"confirm":false} -> accepted
  group.created group "3002", owner alice, name Chess, cap 200, sms_day 3, sms_month 31, zone UTC
  group.joined group "3002", who [carol], by alice
  message.accepted message m22, from _homing, charged alice, to [carol], text "alice has put you in the group Chess (3002). G QUIT 3002 leaves it.", route auto, expires @08T09:02:02, day 20788
  delivery.routed message m22, to carol, channel sms, because no_device_online
09:02:03 alice message.send {"to":["#3002"],"text":"tonight at six","as_group":true} -> accepted m23
  message.accepted message m23, from alice, group "3002", to [], text "tonight at six", route sms, day 20788, in_name {head Chess, day 20788}
  delivery.page message m23, first 0, last true, routed [{channel sms, because asked_for, to [carol]}], filtered []
09:02:04 carol group.leave {"group":"3002"} -> accepted
  group.left group "3002", who carol
09:02:05 _sms attempt.ask {"deliveries":[{"message":"m23","to":"carol"}]} -> accepted
  attempt.let_go channel sms, message m23, to carol
  delivery.filtered message m23, to carol, reason left_group, from alice, group "3002"

# Scheduled, its quota and its members are judged at each firing.
2026-12-02T09:00:00 alice schedule.create {"message":{"to":["#3001"],"text":"good morning","as_group":true},"when":{"every":"day","times":["10:00"],"zone":"UTC","count":2}} -> accepted s26
  schedule.created schedule s26, from alice, message {group "3001", in_name true, to [], text "good morning", route sms}, when {every day, times [10:00], zone UTC, from 2026-12-02, count 2}, reckoned {counted_after @02T09:00:00}, tzdata 2026f
  occurrence.planned schedule s26, occurrence {nominal 2026-12-02T10:00:00, due @02T10:00:00, number 1}, tzdata 2026f
  timer.set timer occur-s26, due @02T10:00:00
2026-12-02T09:00:01 carol preference.set {"group":{"3001":{"sms":"on"}}} -> accepted
  group.sms_set group "3001", who carol, sms true
2026-12-02T10:00:00 _clock timer.fired {"timer":"occur-s26","due":@02T10:00:00} -> accepted m28
  occurrence.fired schedule s26, occurrence {nominal 2026-12-02T10:00:00, due @02T10:00:00, number 1}, late_ms 0, message m28
  occurrence.planned schedule s26, occurrence {nominal 2026-12-03T10:00:00, due @03T10:00:00, number 2}, tzdata 2026f
  timer.set timer occur-s26, due @03T10:00:00
  message.accepted message m28, from alice, group "3001", to [], route sms, body 26, day 20789, in_name {head "Class 3b", day 20789}
  delivery.page message m28, first 0, last true, routed [{channel sms, because asked_for, to [carol]}], filtered [{reason opted_out_of_group, to [bob]}, {reason suspended, to [dave]}, {reason opted_out, to [erin]}, {reason no_phone, to [frank]}]
2026-12-03T10:00:00 _clock timer.fired {"timer":"occur-s26","due":@03T10:00:00} -> accepted
  occurrence.skipped schedule s26, occurrence {nominal 2026-12-03T10:00:00, due @03T10:00:00, number 2}, late_ms 0, reason group.sms_month_exceeded
  schedule.ended schedule s26
