# A group gets a number; who is asked joins by saying yes, and who is not asked joins at once and is told.
09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol","phone":"+8613800138000"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +8613800138000}
09:00:03 _admin user.register {"name":"dave"} -> accepted dave 100004
  user.registered user dave, im "100004", details {}
09:01:00 alice group.create {"name":"Class 3b","members":["bob","carol"]} -> accepted
  group.created group "3001", owner alice, name "Class 3b", cap 200, sms_day 3, sms_month 31, zone UTC
  group.invited group "3001", who [bob, carol], by alice, until @08T09:01:00
  message.accepted message m5, from _homing, charged alice, to [bob, carol], text "alice invites you to the group Class 3b (3001). Answer YES or NO.", route auto, expires @08T09:01:00, day 20788
  delivery.routed message m5, to bob, channel none, because no_device_online
  delivery.routed message m5, to carol, channel sms, because no_device_online
09:01:01 bob group.answer {"group":"3001","answer":"yes"} -> accepted
  group.joined group "3001", who [bob]
09:01:02 carol group.answer {"group":"#3001","answer":"no"} -> accepted
  group.declined group "3001", who carol
09:01:03 carol group.answer {"group":"3001","answer":"yes"} -> refused group.not_invited group
  command.refused code group.not_invited, text "there is no open invitation of yours to this group", field group
09:01:04 alice group.invite {"group":"3001","who":["carol","+447700900007"],"confirm":false} -> accepted
  group.joined group "3001", who [carol], by alice
  group.invited group "3001", who [+447700900007], by alice, until @08T09:01:04
  message.accepted message m9, from _homing, charged alice, to [carol, +447700900007], text "alice invites you to the group Class 3b (3001). Answer YES or NO; who is in it leaves with G QUIT 3001.", route auto, expires @08T09:01:04, day 20788, counts 2
  delivery.routed message m9, to carol, channel sms, because no_device_online
  delivery.routed message m9, to +447700900007, channel sms, because not_registered
09:01:05 alice group.invite {"group":"3001","who":["dave"],"confirm":false} -> accepted
  group.joined group "3001", who [dave], by alice
  message.accepted message m10, from _homing, charged alice, to [dave], text "alice has put you in the group Class 3b (3001). G QUIT 3001 leaves it.", route auto, expires @08T09:01:05, day 20788
  delivery.routed message m10, to dave, channel none, because no_device_online

# Who writes to it reaches everybody else in it, on one page.
09:02:00 bob presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
09:02:01 alice message.send {"to":["#3001"],"text":"tomorrow at nine"} -> accepted m12
  message.accepted message m12, from alice, group "3001", to [], text "tomorrow at nine", route auto, day 20788
  delivery.page message m12, first 0, last true, routed [{channel live, because pc_online, encoding json, to [bob], seen [11]}, {channel sms, because no_device_online, to [carol]}, {channel none, because no_device_online, to [dave]}], filtered []
09:02:02 bob message.received {"message":"m12"} -> accepted
  delivery.delivered message m12, to bob, from alice, group "3001"
09:02:03 carol message.read {"message":"m12"} -> accepted
  delivery.delivered message m12, to carol, from alice, group "3001"
  delivery.read message m12, to carol, from alice, group "3001"
09:02:04 alice message.recall {"message":"m12"} -> accepted
  delivery.recalled message m12, to dave, from alice, group "3001"
09:02:05 dave message.send {"to":["3001"],"text":"fine"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "3001 is not registered", field to

# Who comes and who goes; whose role is which.
09:03:00 alice group.grant {"group":"3001","who":"carol","role":"admin"} -> accepted
  group.role_set group "3001", who carol, role admin
09:03:01 carol group.set {"group":"3001","name":"Class 3c","writes":"admins"} -> accepted
  group.changed group "3001", name "Class 3c", writes admins
09:03:02 dave message.send {"to":["#3001"],"text":"and now?"} -> refused group.not_admin to
  command.refused code group.not_admin, text "only the owner and the administrators of this group may do that", field to
09:03:03 carol group.remove {"group":"3001","who":"dave"} -> accepted
  group.left group "3001", who dave, by carol
09:03:04 dave message.send {"to":["#3001"],"text":"and now?"} -> refused group.not_member to
  command.refused code group.not_member, text "you are not in this group", field to
09:03:05 carol message.send {"to":["#3001"],"text":"without dave"} -> accepted m22
  message.accepted message m22, from carol, group "3001", to [], text "without dave", route auto
  delivery.page message m22, first 0, last true, routed [{channel none, because no_device_online, to [alice]}, {channel live, because pc_online, encoding json, to [bob], seen [11]}], filtered []
09:03:06 alice group.leave {"group":"3001"} -> accepted
  group.left group "3001", who alice
  group.role_set group "3001", who carol, role owner, inherited true
09:03:07 carol group.grant {"group":"3001","who":"bob","role":"owner"} -> accepted
  group.role_set group "3001", who bob, role owner
  group.role_set group "3001", who carol, role admin
09:03:08 carol group.leave {"group":"3001"} -> accepted
  group.left group "3001", who carol
09:03:09 bob message.send {"to":["#3001"],"text":"anybody?"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "nobody else is in this group", field to
09:03:10 bob group.leave {"group":"3001"} -> accepted
  group.left group "3001", who bob
  group.closed group "3001"
09:03:11 bob group.leave {"group":"3001"} -> refused group.unknown group
  command.refused code group.unknown, text "there is no group 3001, or it is closed", field group
