# A phone alone has a group: it is created by SMS, and its answers come in the language of the wish.
09:00:00 _admin user.register {"name":"alice","phone":"+8613800138000","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {phone +8613800138000, zone UTC}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:01:00 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"G NEW Class 3b"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "G NEW Class 3b"
  group.created group "3001", owner alice, name "Class 3b", cap 200, sms_day 3, sms_month 31, zone UTC
  message.accepted message m3, from _homing, to [alice], text "The group Class 3b has the number 3001. G ADD 3001 <phone> invites people.", route sms, expires @02T09:01:00
  delivery.routed message m3, to alice, channel sms, because answer
09:01:01 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"G ADD 3001 100002 00447700900007"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "G ADD 3001 100002 00447700900007"
  group.invited group "3001", who [bob, +447700900007], by alice, until @08T09:01:01
  message.accepted message m4, from _homing, charged alice, to [bob, +447700900007, alice], text "alice invites you to the group Class 3b (3001). Answer YES or NO.", route auto, expires @08T09:01:01, day 20788, counts 2, aside {to alice, text "They are asked to join 3001."}
  delivery.routed message m4, to bob, channel sms, because no_device_online
  delivery.routed message m4, to +447700900007, channel sms, because not_registered
  delivery.routed message m4, to alice, channel sms, because answer
09:01:02 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"Yes!"} -> accepted
  phone.received connector main, from +447700900007, called service, said "Yes!"
  group.joined group "3001", who [+447700900007]
  message.accepted message m5, from _homing, to [+447700900007], text "You are in the group Class 3b (3001) now. G QUIT 3001 leaves it.", route sms, expires @02T09:01:02
  delivery.routed message m5, to +447700900007, channel sms, because answer
09:01:03 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"yes"} -> accepted
  phone.received connector main, from +447700900007, called service, said yes
  message.accepted message m6, from _homing, to [+447700900007], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @02T09:01:03
  delivery.routed message m6, to +447700900007, channel sms, because answer
09:01:04 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"群 同意 3001"} -> accepted
  phone.received connector main, from +447700900001, called service, said "群 同意 3001"
  group.joined group "3001", who [bob]
  message.accepted message m7, from _homing, to [bob], text "您已加入群Class 3b（3001）。发送 G QUIT 3001 退出。", route sms, expires @02T09:01:04
  delivery.routed message m7, to bob, channel sms, because answer
09:01:05 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"群 列表"} -> accepted
  phone.received connector main, from +447700900001, called service, said "群 列表"
  message.accepted message m8, from _homing, to [bob], text "3001 Class 3b", route sms, expires @02T09:01:05
  delivery.routed message m8, to bob, channel sms, because answer
09:01:06 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"g list 3001"} -> accepted
  phone.received connector main, from +447700900001, called service, said "g list 3001"
  message.accepted message m9, from _homing, to [bob], text "Class 3b (3001): alice, bob, and 1 more", route sms, expires @02T09:01:06
  delivery.routed message m9, to bob, channel sms, because answer
09:01:07 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"g list 3001"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "g list 3001"
  message.accepted message m10, from _homing, to [alice], text "Class 3b (3001): alice, bob, +447700900007", route sms, expires @02T09:01:07
  delivery.routed message m10, to alice, channel sms, because answer

# To the group's own number, and what it answers who may not.
09:02:00 _sms phone.received {"connector":"main","from":"+447700900001","called":"app-01-3001","text":"who comes?"} -> accepted
  phone.received connector main, from +447700900001, called app-01-3001
  message.accepted message m11, from bob, group "3001", to [], text "who comes?", route auto, counts 2
  delivery.page message m11, first 0, last true, routed [{channel sms, because no_device_online, to [alice]}, {channel sms, because not_registered, to [+447700900007]}], filtered []
09:02:01 _sms phone.received {"connector":"main","from":"+447700900007","called":"app-01-3001","text":"I do"} -> accepted
  phone.received connector main, from +447700900007, called app-01-3001, said "I do", refused auth.unknown_sender
  message.accepted message m12, from _homing, to [+447700900007], text "This phone is not registered here, so your message was not passed on. Send STOP to get no more SMS.", route sms, expires @02T09:02:01
  delivery.routed message m12, to +447700900007, channel sms, because answer
09:02:02 _sms phone.received {"connector":"main","from":"+447700900001","called":"app-01-3002","text":"who comes?"} -> accepted
  phone.received connector main, from +447700900001, called app-01-3002, said "who comes?", refused group.unknown
  message.accepted message m13, from _homing, to [bob], text "Your message was not passed on: there is no group 3002, or it is closed.", route sms, expires @02T09:02:02
  delivery.routed message m13, to bob, channel sms, because answer
09:02:03 _sms phone.received {"connector":"main","from":"+447700900001","called":"app-02-3001","text":"who comes?"} -> accepted
  phone.received connector main, from +447700900001, called app-02-3001, said "who comes?", refused app.unknown
  message.accepted message m14, from _homing, to [bob], text "Your message was not passed on: there is no app 02 in the group 3001; an administrator of the group invites the user who serves it.", route sms, expires @02T09:02:03
  delivery.routed message m14, to bob, channel sms, because answer

# No more SMS of this group, and none at all.
09:03:00 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"G SMS OFF 3001"} -> accepted
  phone.received connector main, from +447700900001, called service, said "G SMS OFF 3001"
  group.sms_set group "3001", who bob, sms false
  message.accepted message m15, from _homing, to [bob], text "You get no SMS of the group 3001. G SMS ON 3001 brings them back.", route sms, expires @02T09:03:00
  delivery.routed message m15, to bob, channel sms, because answer
09:03:01 _sms phone.received {"connector":"main","from":"+8613800138000","called":"app-01-3001","text":"tomorrow"} -> accepted
  phone.received connector main, from +8613800138000, called app-01-3001
  message.accepted message m16, from alice, group "3001", to [], text tomorrow, route auto, day 20788
  delivery.page message m16, first 0, last true, routed [{channel none, because sms_off, to [bob]}, {channel sms, because not_registered, to [+447700900007]}], filtered []
09:03:02 _sms phone.received {"connector":"main","from":"+447700900001","called":"app-01-3001","text":"stop"} -> accepted
  phone.received connector main, from +447700900001, called app-01-3001, said stop
  preference.set user bob, sms false
  phone.preference_set phone +447700900001, sms false
  message.accepted message m17, from _homing, to [bob], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:03:02
  delivery.routed message m17, to bob, channel sms, because answer
09:03:03 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"G QUIT 3001"} -> accepted
  phone.received connector main, from +447700900007, called service, said "G QUIT 3001"
  group.left group "3001", who +447700900007
  message.accepted message m18, from _homing, to [+447700900007], text "You have left the group 3001.", route sms, expires @02T09:03:03
  delivery.routed message m18, to +447700900007, channel sms, because answer
09:03:04 _sms phone.received {"connector":"main","from":"+447700900007","called":"service","text":"G NEW mine"} -> accepted
  phone.received connector main, from +447700900007, called service, said "G NEW mine", refused auth.unknown_sender
  message.accepted message m19, from _homing, to [+447700900007], text "This phone is not registered here, so your message was not passed on. Send STOP to get no more SMS.", route sms, expires @02T09:03:04
  delivery.routed message m19, to +447700900007, channel sms, because answer
09:03:05 _sms phone.received {"connector":"main","from":"+447700900001","called":"service","text":"群 解散 3001"} -> accepted
  phone.received connector main, from +447700900001, called service, said "群 解散 3001", refused group.not_owner
  message.accepted message m20, from _homing, to [bob], text "只有群主可以这样做。", route sms, expires @02T09:03:05
  delivery.routed message m20, to bob, channel sms, because answer
09:03:06 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"G SMS 3001"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "G SMS 3001"
  message.accepted message m21, from _homing, to [alice], text "Write it so: G SMS ON <group>, or G SMS OFF <group>", route sms, expires @02T09:03:06
  delivery.routed message m21, to alice, channel sms, because answer
09:03:07 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"G DEL 3001 100002"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "G DEL 3001 100002"
  group.left group "3001", who bob, by alice
  message.accepted message m22, from _homing, to [alice], text "They are not in 3001 any more.", route sms, expires @02T09:03:07
  delivery.routed message m22, to alice, channel sms, because answer
09:03:08 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"G END 3001"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "G END 3001"
  group.closed group "3001"
  message.accepted message m23, from _homing, to [alice], text "The group 3001 is closed.", route sms, expires @02T09:03:08
  delivery.routed message m23, to alice, channel sms, because answer
09:03:09 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"G YES 3001"} -> accepted
  phone.received connector main, from +8613800138000, called service, said "G YES 3001", refused group.unknown
  message.accepted message m24, from _homing, to [alice], text "That was not done: there is no group 3001, or it is closed.", route sms, expires @02T09:03:09
  delivery.routed message m24, to alice, channel sms, because answer
