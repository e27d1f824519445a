# What is written to an app in a group is that app's alone; it answers as a member of the group, under its own name.
09:00:00 _admin user.register {"name":"alice","phone":"+447700900001"} -> accepted alice 100001
  user.registered user alice, im "100001", details {phone +447700900001}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"quiz","access":"app:07"} -> accepted quiz 100003
  user.registered user quiz, im "100003", details {access app:07}
09:00:03 _admin user.register {"name":"mallory"} -> accepted mallory 100004
  user.registered user mallory, im "100004", details {}
09:00:04 alice group.create {"name":"Class 3b","members":["bob"],"confirm":false} -> accepted
  group.created group "3001", owner alice, name "Class 3b", cap 200, sms_day 3, sms_month 31
  group.joined group "3001", who [bob], by alice
  message.accepted message m5, from _homing, charged alice, to [bob], text "alice has put you in the group Class 3b (3001). G QUIT 3001 leaves it.", route auto, expires @08T09:00:04
  delivery.routed message m5, to bob, channel none, because no_device_online
09:00:05 bob presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
09:00:06 bob message.send {"to":["app:07#3001"],"text":"paris"} -> refused app.unknown to
  command.refused code app.unknown, text "there is no app 07 in the group 3001; an administrator of the group invites the user who serves it", field to
09:00:07 alice group.invite {"group":"3001","who":["quiz"],"confirm":false} -> accepted
  group.joined group "3001", who [quiz], by alice
  message.accepted message m8, from _homing, charged alice, to [quiz], text "alice has put you in the group Class 3b (3001). G QUIT 3001 leaves it.", route auto, expires @08T09:00:07
  delivery.routed message m8, to quiz, channel none, because no_device_online
09:00:08 bob message.send {"to":["app:07#3001"],"text":"paris","id":"answer-1"} -> accepted m9
  message.accepted message m9, from bob, group "3001", app 07, to [], text paris, route auto
09:00:08 bob message.send {"to":["app:07#3001"],"text":"paris","id":"answer-1"} -> accepted m9
09:00:09 _sms phone.received {"connector":"main","from":"+447700900001","called":"app-07-3001","text":"london"} -> accepted
  phone.received connector main, from +447700900001, called app-07-3001
  message.accepted message m11, from alice, group "3001", app 07, to [], text london, route auto
09:00:10 quiz message.send {"to":["#3001"],"text":"bob is right"} -> accepted m12
  message.accepted message m12, from quiz, group "3001", to [], text "bob is right", route auto
  delivery.page message m12, first 0, last true, routed [{channel sms, because no_device_online, to [alice]}, {channel live, because pc_online, encoding json, to [bob], seen [6]}], filtered []

# What is written to all is not for it.
09:00:11 alice message.send {"to":["#3001"],"text":"well done"} -> accepted m13
  message.accepted message m13, from alice, group "3001", to [], text "well done", route auto
  delivery.page message m13, first 0, last true, routed [{channel live, because pc_online, encoding json, to [bob], seen [6]}], filtered []
09:00:12 mallory message.send {"to":["app:07#3001"],"text":"let me in"} -> refused group.not_member to
  command.refused code group.not_member, text "you are not in this group", field to
09:00:13 bob message.send {"to":["app:08#3001"],"text":"anybody?"} -> refused app.unknown to
  command.refused code app.unknown, text "there is no app 08 in the group 3001; an administrator of the group invites the user who serves it", field to
09:00:14 bob message.send {"to":["app:07#3009"],"text":"anybody?"} -> refused group.unknown to
  command.refused code group.unknown, text "there is no group 3009, or it is closed", field to
09:00:15 bob message.send {"to":["app:07#3001","alice"],"text":"both"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "a message to a group is for that group alone", field to
09:00:16 bob message.send {"to":["app:07#3001"],"text":"in its name","as_group":true} -> refused message.no_recipient as_group
  command.refused code message.no_recipient, text "a message in a group's name is to that group alone", field as_group
09:00:17 _sms phone.received {"connector":"main","from":"+447700900001","called":"app-08-3001","text":"london"} -> accepted
  phone.received connector main, from +447700900001, called app-08-3001, said london, refused app.unknown
  message.accepted message m19, from _homing, to [alice], text "Your message was not passed on: there is no app 08 in the group 3001; an administrator of the group invites the user who serves it.", route sms, expires @02T09:00:17
  delivery.routed message m19, to alice, channel sms, because answer
09:00:18 bob schedule.create {"message":{"to":["app:07#3001"],"text":"next question"},"when":{"at":"2026-12-01T10:00:00","zone":"UTC"}} -> accepted s20
  schedule.created schedule s20, from bob, message {group "3001", app 07, to [], text "next question", route auto}, when {at 2026-12-01T10:00:00, zone UTC}, tzdata 2026f
  occurrence.planned schedule s20, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, tzdata 2026f
  timer.set timer occur-s20, due @10:00:00
10:00:00 _clock timer.fired {"timer":"occur-s20","due":@10:00:00} -> accepted m21
  occurrence.fired schedule s20, occurrence {nominal 2026-12-01T10:00:00, due @10:00:00}, late_ms 0, message m21
  schedule.ended schedule s20
  message.accepted message m21, from bob, group "3001", app 07, to [], route auto, body 19

# An app inherits no group: with its owner gone there is the oldest member who is a person, and behind that nobody.
10:00:01 quiz message.send {"to":["#3001"],"text":"one more"} -> accepted m22
  message.accepted message m22, from quiz, group "3001", to [], text "one more", route auto
  delivery.page message m22, first 0, last true, routed [{channel sms, because no_device_online, to [alice]}, {channel live, because pc_online, encoding json, to [bob], seen [6]}], filtered []
10:00:02 alice group.leave {"group":"3001"} -> accepted
  group.left group "3001", who alice
  group.role_set group "3001", who bob, role owner, inherited true
10:00:03 bob group.leave {"group":"3001"} -> accepted
  group.left group "3001", who bob
  group.closed group "3001"
