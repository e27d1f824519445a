# A phone without an account is asked by a group once in seven days, and by eight groups at most.
09:00:00 _admin user.register {"name":"alice","phone":"+447700900001"} -> accepted alice 100001
  user.registered user alice, im "100001", details {phone +447700900001}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol"} -> accepted carol 100003
  user.registered user carol, im "100003", details {}
09:00:03 _admin user.register {"name":"mallory"} -> accepted mallory 100004
  user.registered user mallory, im "100004", details {}
09:00:04 alice group.create {"name":"Class 3b","members":["+447700900011"]} -> accepted
  group.created group "3001", owner alice, name "Class 3b", cap 200, sms_day 3, sms_month 31
  group.invited group "3001", who [+447700900011], by alice, until @08T09:00:04
  message.accepted message m5, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Class 3b (3001). Answer YES or NO.", route auto, expires @08T09:00:04
  delivery.routed message m5, to +447700900011, channel sms, because not_registered
09:00:05 alice group.invite {"group":"3001","who":["+447700900011"]} -> accepted
09:00:06 alice group.remove {"group":"3001","who":["+447700900011"]} -> accepted
  group.left group "3001", who +447700900011, by alice
09:00:07 alice group.invite {"group":"3001","who":["+447700900011"]} -> refused group.asked_lately who
  command.refused code group.asked_lately, text "+447700900011 was asked by this group, or by 8 groups, within the last seven days; a phone without an account is not asked more often", field who
09:00:08 alice group.create {"name":"Two","members":["+447700900011"]} -> accepted
  group.created group "3002", owner alice, name Two, cap 200, sms_day 3, sms_month 31
  group.invited group "3002", who [+447700900011], by alice, until @08T09:00:08
  message.accepted message m9, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Two (3002). Answer YES or NO.", route auto, expires @08T09:00:08
  delivery.routed message m9, to +447700900011, channel sms, because not_registered
09:00:08 alice group.close {"group":"3002"} -> accepted
  group.closed group "3002"
09:00:09 alice group.create {"name":"Three","members":["+447700900011"]} -> accepted
  group.created group "3003", owner alice, name Three, cap 200, sms_day 3, sms_month 31
  group.invited group "3003", who [+447700900011], by alice, until @08T09:00:09
  message.accepted message m11, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Three (3003). Answer YES or NO.", route auto, expires @08T09:00:09
  delivery.routed message m11, to +447700900011, channel sms, because not_registered
09:00:09 alice group.create {"name":"Four","members":["+447700900011"]} -> accepted
  group.created group "3004", owner alice, name Four, cap 200, sms_day 3, sms_month 31
  group.invited group "3004", who [+447700900011], by alice, until @08T09:00:09
  message.accepted message m12, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Four (3004). Answer YES or NO.", route auto, expires @08T09:00:09
  delivery.routed message m12, to +447700900011, channel sms, because not_registered
09:00:09 alice group.create {"name":"Five","members":["+447700900011"]} -> accepted
  group.created group "3005", owner alice, name Five, cap 200, sms_day 3, sms_month 31
  group.invited group "3005", who [+447700900011], by alice, until @08T09:00:09
  message.accepted message m13, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Five (3005). Answer YES or NO.", route auto, expires @08T09:00:09
  delivery.routed message m13, to +447700900011, channel sms, because not_registered
09:00:09 alice group.create {"name":"Six","members":["+447700900011"]} -> accepted
  group.created group "3006", owner alice, name Six, cap 200, sms_day 3, sms_month 31
  group.invited group "3006", who [+447700900011], by alice, until @08T09:00:09
  message.accepted message m14, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Six (3006). Answer YES or NO.", route auto, expires @08T09:00:09
  delivery.routed message m14, to +447700900011, channel sms, because not_registered
09:00:09 alice group.create {"name":"Seven","members":["+447700900011"]} -> accepted
  group.created group "3007", owner alice, name Seven, cap 200, sms_day 3, sms_month 31
  group.invited group "3007", who [+447700900011], by alice, until @08T09:00:09
  message.accepted message m15, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Seven (3007). Answer YES or NO.", route auto, expires @08T09:00:09
  delivery.routed message m15, to +447700900011, channel sms, because not_registered
09:00:09 alice group.create {"name":"Eight","members":["+447700900011"]} -> accepted
  group.created group "3008", owner alice, name Eight, cap 200, sms_day 3, sms_month 31
  group.invited group "3008", who [+447700900011], by alice, until @08T09:00:09
  message.accepted message m16, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Eight (3008). Answer YES or NO.", route auto, expires @08T09:00:09
  delivery.routed message m16, to +447700900011, channel sms, because not_registered
09:00:09 alice group.create {"name":"Nine","members":["+447700900011"]} -> refused group.asked_lately members
  command.refused code group.asked_lately, text "+447700900011 was asked by this group, or by 8 groups, within the last seven days; a phone without an account is not asked more often", field members
08T09:00:09 alice group.create {"name":"Nine","members":["+447700900011"]} -> accepted
  group.created group "3009", owner alice, name Nine, cap 200, sms_day 3, sms_month 31
  group.invited group "3009", who [+447700900011], by alice, until @15T09:00:09
  message.accepted message m18, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Nine (3009). Answer YES or NO.", route auto, expires @15T09:00:09
  delivery.routed message m18, to +447700900011, channel sms, because not_registered
08T09:00:10 alice group.invite {"group":"3001","who":["+447700900011"]} -> accepted
  group.invited group "3001", who [+447700900011], by alice, until @15T09:00:10
  message.accepted message m19, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Class 3b (3001). Answer YES or NO.", route auto, expires @15T09:00:10
  delivery.routed message m19, to +447700900011, channel sms, because not_registered
# Who has said yes may be asked again when they have left.
08T09:00:11 _sms phone.received {"connector":"main","from":"+447700900011","called":"service","text":"G YES 3001"} -> accepted
  phone.received connector main, from +447700900011, called service, said "G YES 3001"
  group.joined group "3001", who [+447700900011]
  message.accepted message m20, from _homing, to [+447700900011], text "You are in the group Class 3b (3001) now. G QUIT 3001 leaves it.", route sms, expires @09T09:00:11
  delivery.routed message m20, to +447700900011, channel sms, because answer
08T09:00:12 _sms phone.received {"connector":"main","from":"+447700900011","called":"service","text":"G QUIT 3001"} -> accepted
  phone.received connector main, from +447700900011, called service, said "G QUIT 3001"
  group.left group "3001", who +447700900011
  message.accepted message m21, from _homing, to [+447700900011], text "You have left the group 3001.", route sms, expires @09T09:00:12
  delivery.routed message m21, to +447700900011, channel sms, because answer
08T09:00:13 alice group.invite {"group":"3001","who":["+447700900011"]} -> accepted
  group.invited group "3001", who [+447700900011], by alice, until @15T09:00:13
  message.accepted message m22, from _homing, charged alice, to [+447700900011], text "alice invites you to the group Class 3b (3001). Answer YES or NO.", route auto, expires @15T09:00:13
  delivery.routed message m22, to +447700900011, channel sms, because not_registered

# Who has blocked somebody is left out of what they ask.
08T09:00:14 bob contact.add {"who":"mallory"} -> accepted
  contact.added user bob, who mallory
08T09:00:14 bob contact.block {"who":"mallory"} -> accepted
  contact.blocked user bob, who mallory
08T09:00:15 mallory group.create {"name":"Spam","members":["bob","carol"]} -> accepted
  group.created group "3010", owner mallory, name Spam, cap 200, sms_day 3, sms_month 31
  group.invited group "3010", who [carol], by mallory, until @15T09:00:15
  message.accepted message m25, from _homing, charged mallory, to [carol], text "mallory invites you to the group Spam (3010). Answer YES or NO.", route auto, expires @15T09:00:15
  delivery.routed message m25, to carol, channel none, because no_device_online
08T09:00:16 mallory group.invite {"group":"3010","who":["bob"],"confirm":false} -> accepted
# Who is asked already is not asked again, and may be put in.
08T09:00:17 mallory group.invite {"group":"3010","who":["carol"]} -> accepted
08T09:00:18 mallory group.invite {"group":"3010","who":["carol"],"confirm":false} -> accepted
  group.joined group "3010", who [carol], by mallory
  message.accepted message m28, from _homing, charged mallory, to [carol], text "mallory has put you in the group Spam (3010). G QUIT 3010 leaves it.", route auto, expires @15T09:00:18
  delivery.routed message m28, to carol, channel none, because no_device_online

# A group is not left to somebody who is suspended.
08T09:00:19 alice group.invite {"group":"3001","who":["bob","carol"],"confirm":false} -> accepted
  group.joined group "3001", who [bob, carol], by alice
  message.accepted message m29, from _homing, charged alice, to [bob, carol], text "alice has put you in the group Class 3b (3001). G QUIT 3001 leaves it.", route auto, expires @15T09:00:19
  delivery.routed message m29, to bob, channel none, because no_device_online
  delivery.routed message m29, to carol, channel none, because no_device_online
08T09:00:20 _admin user.suspend {"name":"bob"} -> accepted
  user.suspended user bob
08T09:00:21 alice group.leave {"group":"3001"} -> accepted
  group.left group "3001", who alice
  group.role_set group "3001", who carol, role owner, inherited true

# What turns the direction of a text is no name, and what shows nothing is none; a group SMS goes by SMS.
08T09:00:22 carol group.set {"group":"3001","name":"a\u202eb"} -> refused group.bad_name name
  command.refused code group.bad_name, text "a group has a name of 1 to 60 bytes that can be seen, with no blank at its ends and nothing that turns the direction of a text", field name
08T09:00:22 carol group.set {"group":"3001","name":"\u200b\u00ad"} -> refused group.bad_name name
  command.refused code group.bad_name, text "a group has a name of 1 to 60 bytes that can be seen, with no blank at its ends and nothing that turns the direction of a text", field name
08T09:00:22 carol group.set {"group":"3001","name":" Class 3b"} -> refused group.bad_name name
  command.refused code group.bad_name, text "a group has a name of 1 to 60 bytes that can be seen, with no blank at its ends and nothing that turns the direction of a text", field name
08T09:00:22 carol group.set {"group":"3001","name":"Class 👩‍🏫"} -> accepted
  group.changed group "3001", name "Class 👩‍🏫"
08T09:00:23 carol message.send {"to":["#3001"],"text":"hello","as_group":true,"route":"im"} -> refused command.unsupported route
  command.refused code command.unsupported, text "a group SMS by another route is not served by this version", field route
08T09:00:24 _admin service.set {"texts":{"welcome":{"en":"hello"}}} -> refused service.bad_text texts
  command.refused code service.bad_text, text "the text welcome cannot be so: {name} is to stand in it", field texts
