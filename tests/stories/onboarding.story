# Who has only a phone is invited by SMS, says yes, chooses a name, and has an account with a one-time code; both are told.
09:00:00 _admin user.register {"name":"alice","phone":"+447700900001"} -> accepted alice 100001
  user.registered user alice, im "100001", details {phone +447700900001}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice contact.invite {"phone":"+447700900007"} -> accepted
  contact.invited user alice, phone +447700900007, until @08T09:00:02
  contact.added user alice, who +447700900007
  message.accepted message m3, from _homing, charged alice, to [+447700900007], text "alice invites you to write to each other here. Answer YES to open an account, or NO.", route auto, expires @08T09:00:02
  delivery.routed message m3, to +447700900007, channel sms, because not_registered
09:00:03 alice contact.invite {"phone":"+447700900007"} -> accepted
09:00:04 bob contact.invite {"phone":"+447700900007","text":"the quiz is on Friday."} -> accepted
  contact.invited user bob, phone +447700900007, until @08T09:00:04
  contact.added user bob, who +447700900007
  message.accepted message m5, from _homing, charged bob, to [+447700900007], text "bob invites you: the quiz is on Friday. Answer YES to open an account, or NO.", route auto, expires @08T09:00:04
  delivery.routed message m5, to +447700900007, channel sms, because not_registered
09:01:00 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"Yes!"} -> accepted
  phone.received connector main, from +447700900007, called service, said "Yes!"
  contact.offered user bob, phone +447700900007, name guest-6
  message.accepted message m6, from _homing, to [+447700900007], text "What name do you want? Answer with one of a-z, 0-9, - and _, or with YES for guest-6.", route sms, expires @02T09:01:00
  delivery.routed message m6, to +447700900007, channel sms, because answer
09:01:01 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"alice"} -> accepted
  phone.received connector main, from +447700900007, called service, said alice
  message.accepted message m7, from _homing, to [+447700900007], text "That name is taken, or is none. Answer with another one of a-z, 0-9, - and _, or with YES for guest-6.", route sms, expires @02T09:01:01
  delivery.routed message m7, to +447700900007, channel sms, because answer
09:01:02 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"Not a name"} -> accepted
  phone.received connector main, from +447700900007, called service, said "Not a name"
  message.accepted message m8, from _homing, to [+447700900007], text "That name is taken, or is none. Answer with another one of a-z, 0-9, - and _, or with YES for guest-6.", route sms, expires @02T09:01:02
  delivery.routed message m8, to +447700900007, channel sms, because answer
09:01:03 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"Carol"} -> accepted
  phone.received connector main, from +447700900007, called service, said Carol
  user.registered user carol, im "100003", details {phone +447700900007}
  contact.answered user bob, phone +447700900007, yes true
  contact.added user bob, who carol
  contact.added user carol, who bob
  message.accepted message m9, from _homing, charged bob, to [bob, carol], text "carol (100003) has accepted your invitation.", route auto, expires @08T09:01:03, code_for carol, aside {to carol, text "Welcome, carol. Your number is 100003. Within ten minutes you sign in once with this code as password: {code}"}
  delivery.routed message m9, to bob, channel none, because no_device_online
  delivery.routed message m9, to carol, channel sms, because answer
09:01:04 _sms phone.received {"connector":"main","from":"+447700900007","called":"im-100002","text":"I am in"} -> accepted
  phone.received connector main, from +447700900007, called im-100002
  message.accepted message m10, from carol, to [bob], text "I am in", route auto
  delivery.routed message m10, to bob, channel none, because no_device_online
09:01:05 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"yes"} -> accepted
  phone.received connector main, from +447700900007, called service, said yes
  message.accepted message m11, from _homing, to [carol], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @02T09:01:05
  delivery.routed message m11, to carol, channel sms, because answer

# The name that is offered is taken with YES; in Chinese too.
09:02:00 alice contact.invite {"phone":"+8613800138000","text":"欢迎"} -> accepted
  contact.invited user alice, phone +8613800138000, until @08T09:02:00
  contact.added user alice, who +8613800138000
  message.accepted message m12, from _homing, charged alice, to [+8613800138000], text "alice invites you: 欢迎 Answer YES to open an account, or NO.", route auto, expires @08T09:02:00
  delivery.routed message m12, to +8613800138000, channel sms, because not_registered
09:02:01 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"同意"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "同意"
  contact.offered user alice, phone +8613800138000, name guest-13
  message.accepted message m13, from _homing, to [+8613800138000], text "您想用什么名字？请回复由 a-z、0-9、- 和 _ 组成的名字，或回复 同意 使用guest-13。", route sms, expires @02T09:02:01
  delivery.routed message m13, to +8613800138000, channel sms, because answer
09:02:02 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"同意"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "同意"
  user.registered user guest-13, im "100004", details {phone +8613800138000}
  contact.answered user alice, phone +8613800138000, yes true
  contact.added user alice, who guest-13
  contact.added user guest-13, who alice
  message.accepted message m14, from _homing, charged alice, to [alice, guest-13], text "guest-13 (100004) has accepted your invitation.", route auto, expires @08T09:02:02, code_for guest-13, aside {to guest-13, text "欢迎，guest-13。您的号码是100004。十分钟内可用此一次性密码登录：{code}"}
  delivery.routed message m14, to alice, channel sms, because no_device_online
  delivery.routed message m14, to guest-13, channel sms, because answer

# NO and CANCEL end it; the same person does not ask again for a week, and who has stopped all SMS is not asked.
09:03:00 alice contact.invite {"phone":"+447700900008"} -> accepted
  contact.invited user alice, phone +447700900008, until @08T09:03:00
  contact.added user alice, who +447700900008
  message.accepted message m15, from _homing, charged alice, to [+447700900008], text "alice invites you to write to each other here. Answer YES to open an account, or NO.", route auto, expires @08T09:03:00
  delivery.routed message m15, to +447700900008, channel sms, because not_registered
09:03:01 _sms phone.received {"connector":"main","from":"+447700900008","called":"service","text":"no"} -> accepted
  phone.received connector main, from +447700900008, called service, said no
  contact.answered user alice, phone +447700900008, yes false
  message.accepted message m16, from _homing, to [+447700900008], text "You have not accepted the invitation of alice.", route sms, expires @02T09:03:01
  delivery.routed message m16, to +447700900008, channel sms, because answer
09:03:02 alice contact.invite {"phone":"+447700900008"} -> refused contact.declined phone
  command.refused code contact.declined, text "this phone has declined your invitation; it can be invited again when seven days are over", field phone
09:03:03 bob contact.invite {"phone":"+447700900008"} -> accepted
  contact.invited user bob, phone +447700900008, until @08T09:03:03
  contact.added user bob, who +447700900008
  message.accepted message m18, from _homing, charged bob, to [+447700900008], text "bob invites you to write to each other here. Answer YES to open an account, or NO.", route auto, expires @08T09:03:03
  delivery.routed message m18, to +447700900008, channel sms, because not_registered
09:03:04 _sms phone.received {"connector":"main","from":"+447700900008","called":"service","text":"yes"} -> accepted
  phone.received connector main, from +447700900008, called service, said yes
  contact.offered user bob, phone +447700900008, name guest-19
  message.accepted message m19, from _homing, to [+447700900008], text "What name do you want? Answer with one of a-z, 0-9, - and _, or with YES for guest-19.", route sms, expires @02T09:03:04
  delivery.routed message m19, to +447700900008, channel sms, because answer
09:03:05 _sms phone.received {"connector":"main","from":"+447700900008","called":"service","text":"Cancel"} -> accepted
  phone.received connector main, from +447700900008, called service, said Cancel
  contact.answered user bob, phone +447700900008, yes false
  message.accepted message m20, from _homing, to [+447700900008], text "You have not accepted the invitation of bob.", route sms, expires @02T09:03:05
  delivery.routed message m20, to +447700900008, channel sms, because answer
09:03:06 _sms phone.received {"connector":"main","from":"+447700900008","called":"service","text":"cancel"} -> accepted
  phone.received connector main, from +447700900008, called service, said cancel
  phone.preference_set phone +447700900008, sms false
  message.accepted message m21, from _homing, to [+447700900008], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:03:06
  delivery.routed message m21, to +447700900008, channel sms, because answer
09:03:07 carol contact.invite {"phone":"+447700900008"} -> accepted
  contact.added user carol, who +447700900008
  message.accepted message m22, from _homing, charged carol, to [+447700900008], text "carol invites you to write to each other here. Answer YES to open an account, or NO.", route auto, expires @08T09:03:07
  delivery.filtered message m22, to +447700900008, reason opted_out
09:03:08 _sms phone.received {"connector":"main","from":"+447700900008","called":"service","text":"YES"} -> accepted
  phone.received connector main, from +447700900008, called service, said YES
  phone.preference_set phone +447700900008, sms true
  message.accepted message m23, from _homing, to [+447700900008], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @02T09:03:08
  delivery.routed message m23, to +447700900008, channel sms, because answer
2026-12-09T09:03:00 alice contact.invite {"phone":"+447700900009"} -> accepted
  contact.invited user alice, phone +447700900009, until @16T09:03:00
  contact.added user alice, who +447700900009
  message.accepted message m24, from _homing, charged alice, to [+447700900009], text "alice invites you to write to each other here. Answer YES to open an account, or NO.", route auto, expires @16T09:03:00
  delivery.routed message m24, to +447700900009, channel sms, because not_registered
2026-12-17T09:03:00 _sms phone.received {"connector":"main","from":"+447700900009","called":"service","text":"YES"} -> accepted
  phone.received connector main, from +447700900009, called service, said YES
  message.accepted message m25, from _homing, to [+447700900009], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @18T09:03:00
  delivery.routed message m25, to +447700900009, channel sms, because answer

# Where CANCEL is an opt-out by law it is one to an invitation too.
2026-12-17T10:00:00 _admin service.set {"keywords":"us"} -> accepted
  service.set keywords us
2026-12-17T10:00:01 _admin service.set {"keywords":"us"} -> accepted
2026-12-17T10:00:02 alice contact.invite {"phone":"+12025550101"} -> accepted
  contact.invited user alice, phone +12025550101, until @24T10:00:02
  contact.added user alice, who +12025550101
  message.accepted message m28, from _homing, charged alice, to [+12025550101], text "alice invites you to write to each other here. Answer YES to open an account, or NO.", route auto, expires @24T10:00:02
  delivery.routed message m28, to +12025550101, channel sms, because not_registered
2026-12-17T10:00:03 _sms phone.received {"connector":"main","from":"+12025550101","called":"service","text":"CANCEL"} -> accepted
  phone.received connector main, from +12025550101, called service, said CANCEL
  contact.answered user alice, phone +12025550101, yes false
  phone.preference_set phone +12025550101, sms false
  message.accepted message m29, from _homing, to [+12025550101], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @18T10:00:03
  delivery.routed message m29, to +12025550101, channel sms, because answer
2026-12-17T10:00:04 _sms phone.received {"connector":"main","from":"+12025550101","called":"service","text":"YES"} -> accepted
  phone.received connector main, from +12025550101, called service, said YES
  phone.preference_set phone +12025550101, sms true
  message.accepted message m30, from _homing, to [+12025550101], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @18T10:00:04
  delivery.routed message m30, to +12025550101, channel sms, because answer

# An operator's own words; what they may name, and what not.
2026-12-17T11:00:00 _admin service.set {"texts":{"help":{"en":"The school's messages. STOP ends them.","zh":"学校通知。"}},"language":"zh"} -> accepted
  service.set language zh, texts {help {en "The school's messages. STOP ends them.", zh "学校通知。"}}
2026-12-17T11:00:01 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"help"} -> accepted
  phone.received connector main, from +447700900001, called service, said help
  message.accepted message m32, from _homing, to [alice], text "The school's messages. STOP ends them.", route sms, expires @18T11:00:01
  delivery.routed message m32, to alice, channel sms, because answer
2026-12-17T11:00:02 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"帮助"} -> accepted
  phone.received connector main, from +447700900001, called service, said "帮助"
  message.accepted message m33, from _homing, to [alice], text "学校通知。", route sms, expires @18T11:00:02
  delivery.routed message m33, to alice, channel sms, because answer
2026-12-17T11:00:03 alice contact.invite {"phone":"+8613800138009"} -> accepted
  contact.invited user alice, phone +8613800138009, until @24T11:00:03
  contact.added user alice, who +8613800138009
  message.accepted message m34, from _homing, charged alice, to [+8613800138009], text "alice邀请您在此互发消息。回复 同意 开通账户，或回复 拒绝。", route auto, expires @24T11:00:03
  delivery.routed message m34, to +8613800138009, channel sms, because not_registered
2026-12-17T11:00:04 _admin service.set {"texts":{"help":{}}} -> accepted
  service.set texts {help {}}
2026-12-17T11:00:05 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"help"} -> accepted
  phone.received connector main, from +447700900001, called service, said help
  message.accepted message m36, from _homing, to [alice], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @18T11:00:05
  delivery.routed message m36, to alice, channel sms, because answer
2026-12-17T11:00:06 _admin service.set {"texts":{"welcome":{"en":"{name}, {password}"}}} -> refused service.bad_text texts
  command.refused code service.bad_text, text "the text welcome cannot be so: there is no {password} in it", field texts
2026-12-17T11:00:07 _admin service.set {"texts":{"welcome":{"en":" "}}} -> refused service.bad_text texts
  command.refused code service.bad_text, text "the text welcome cannot be so: it is empty", field texts
2026-12-17T11:00:08 _admin service.set {"texts":{"farewell":{"en":"bye"}}} -> refused command.malformed texts
  command.refused code command.malformed, text "the command cannot be read: unknown variant `farewell`, expected one of `stopped`, `started`, `help`, `not_registered`, `not_passed_on`, `not_done`, `misspelt`, `group_made`, `group_asked`, `group_removed`, `group_joined`, `grou…", field texts
2026-12-17T11:00:09 alice service.set {"keywords":"ca"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send service.set"
2026-12-17T11:00:10 alice contact.invite {"phone":"+447700900001"} -> refused contact.oneself phone
  command.refused code contact.oneself, text "nobody is a contact of their own", field phone

# STOP of one group alone.
2026-12-17T12:00:00 alice group.create {"name":"Class 3b","members":["carol"],"confirm":false} -> accepted
  group.created group "3001", owner alice, name "Class 3b", cap 200, sms_day 3, sms_month 31
  group.joined group "3001", who [carol], by alice
  message.accepted message m42, from _homing, charged alice, to [carol], text "alice已将您加入群Class 3b（3001）。发送 G QUIT 3001 退出。", route auto, expires @24T12:00:00
  delivery.routed message m42, to carol, channel sms, because no_device_online
2026-12-17T12:00:01 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"STOP 3001"} -> accepted
  phone.received connector main, from +447700900007, called service, said "STOP 3001"
  group.sms_set group "3001", who carol, sms false
  message.accepted message m43, from _homing, to [carol], text "You get no SMS of the group 3001. G SMS ON 3001 brings them back.", route sms, expires @18T12:00:01
  delivery.routed message m43, to carol, channel sms, because answer
2026-12-17T12:00:02 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"START 3001"} -> accepted
  phone.received connector main, from +447700900007, called service, said "START 3001"
  group.sms_set group "3001", who carol, sms true
  message.accepted message m44, from _homing, to [carol], text "You get SMS of the group 3001.", route sms, expires @18T12:00:02
  delivery.routed message m44, to carol, channel sms, because answer
2026-12-17T12:00:03 _sms phone.received {"connector":"main","from":"+447700900008","called":"service","text":"STOP 3001"} -> accepted
  phone.received connector main, from +447700900008, called service, said "STOP 3001", refused group.not_member
  message.accepted message m45, from _homing, to [+447700900008], text "That was not done: you are not in this group.", route sms, expires @18T12:00:03
  delivery.routed message m45, to +447700900008, channel sms, because answer

# Who has blocked somebody hears nothing of their invitation, and they see no difference.
2026-12-17T13:00:00 carol contact.block {"who":"bob"} -> accepted
  contact.blocked user carol, who bob
2026-12-17T13:00:01 bob contact.invite {"phone":"+447700900007"} -> accepted
