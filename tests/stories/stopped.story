# A phone that wrote STOP gets nothing, whoever gets it: its new owner gets no SMS there until they say that they want them.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 _sms phone.received {"connector":"main","from":"+447700900002","called":"service","text":"STOP"} -> accepted
  phone.received connector main, from +447700900002, called service, said STOP
  phone.preference_set phone +447700900002, sms false
  message.accepted message m3, from _homing, to [+447700900002], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:00:02
  delivery.routed message m3, to +447700900002, channel sms, because answer
09:00:03 _admin user.set {"name":"bob","phone":"+447700900002"} -> accepted
  user.changed user bob, details {phone +447700900002}
  preference.set user bob, sms false
09:00:04 alice message.send {"to":["bob"],"text":"not wished","route":"sms"} -> accepted m5
  message.accepted message m5, from alice, to [bob], text "not wished", route sms
  delivery.filtered message m5, to bob, reason opted_out, from alice
09:00:05 bob preference.set {"sms":"on"} -> accepted
  preference.set user bob, sms true
  phone.preference_set phone +447700900002, sms true
09:00:06 alice message.send {"to":["bob"],"text":"wished again","route":"sms"} -> accepted m7
  message.accepted message m7, from alice, to [bob], text "wished again", route sms
  delivery.routed message m7, to bob, channel sms, because asked_for
