# SMS that wait are not sent to a phone that has written STOP meanwhile; the answer to STOP is.

09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 alice message.send {"to":["+447700900121"],"text":"are you there?"} -> accepted m2
  message.accepted message m2, from alice, to [+447700900121], text "are you there?", route auto, day 20788
  delivery.routed message m2, to +447700900121, channel sms, because not_registered
09:00:02 _sms phone.received {"connector":"main","from":"+447700900121","called":"service","text":"STOP"} -> accepted
  phone.received connector main, from +447700900121, called service, said STOP
  phone.preference_set phone +447700900121, sms false
  message.accepted message m3, from _homing, to [+447700900121], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:00:02
  delivery.routed message m3, to +447700900121, channel sms, because answer
09:00:03 _sms attempt.ask {"deliveries":[{"message":"m2","to":"+447700900121"},{"message":"m3","to":"+447700900121"}]} -> accepted
  attempt.let_go channel sms, message m2, to +447700900121
  delivery.filtered message m2, to +447700900121, reason opted_out, from alice
  attempt.granted channel sms, message m3, to +447700900121, phone +447700900121
