# A phone is registered while SMS to it wait: what its owner wishes counts from then on, as for any user.

09:00:00 _admin user.register {"name":"alice","zone":"UTC"} -> accepted alice 100001
  user.registered user alice, im "100001", details {zone UTC}
09:00:01 alice message.send {"to":["+447700900121","+447700900122","+447700900123","+447700900124"],"text":"are you there?"} -> accepted m2
  message.accepted message m2, from alice, to [+447700900121, +447700900122, +447700900123, +447700900124], text "are you there?", route auto, day 20788, counts 4
  delivery.routed message m2, to +447700900121, channel sms, because not_registered
  delivery.routed message m2, to +447700900122, channel sms, because not_registered
  delivery.routed message m2, to +447700900123, channel sms, because not_registered
  delivery.routed message m2, to +447700900124, channel sms, because not_registered
09:00:02 _admin user.register {"name":"bob","phone":"+447700900121"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900121}
09:00:03 _admin user.register {"name":"carol","phone":"+447700900122"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900122}
09:00:04 _admin user.register {"name":"dave","phone":"+447700900123"} -> accepted dave 100004
  user.registered user dave, im "100004", details {phone +447700900123}
09:00:05 _admin user.register {"name":"erin","phone":"+447700900124"} -> accepted erin 100005
  user.registered user erin, im "100005", details {phone +447700900124}
09:00:06 _sms phone.received {"connector":"main","from":"+447700900121","called":"service","text":"Arrêt"} -> accepted
  phone.received connector main, from +447700900121, called service, said "Arrêt"
  preference.set user bob, sms false
  phone.preference_set phone +447700900121, sms false
  message.accepted message m7, from _homing, to [bob], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:00:06
  delivery.routed message m7, to bob, channel sms, because answer
09:00:07 carol contact.block {"who":"alice"} -> accepted
  contact.blocked user carol, who alice
09:00:08 _admin user.suspend {"name":"dave"} -> accepted
  user.suspended user dave
09:00:09 _sms attempt.ask {"deliveries":[{"message":"m2","to":"+447700900121"},{"message":"m2","to":"+447700900122"},{"message":"m2","to":"+447700900123"},{"message":"m2","to":"+447700900124"}]} -> accepted
  attempt.let_go channel sms, message m2, to +447700900121
  delivery.filtered message m2, to +447700900121, reason opted_out, from alice
  attempt.let_go channel sms, message m2, to +447700900122
  delivery.filtered message m2, to +447700900122, reason blocked, from alice
  attempt.let_go channel sms, message m2, to +447700900123
  delivery.filtered message m2, to +447700900123, reason suspended, from alice
  attempt.granted channel sms, message m2, to +447700900124, phone +447700900124, from "100001"

# Who wrote STOP before they were registered and START after it gets SMS, whatever an operator writes down of them then.
09:01:00 _sms phone.received {"connector":"main","from":"+447700900125","called":"service","text":"STOP"} -> accepted
  phone.received connector main, from +447700900125, called service, said STOP
  phone.preference_set phone +447700900125, sms false
  message.accepted message m11, from _homing, to [+447700900125], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:01:00
  delivery.routed message m11, to +447700900125, channel sms, because answer
09:01:01 _admin user.register {"name":"frank","phone":"+447700900125"} -> accepted frank 100006
  user.registered user frank, im "100006", details {phone +447700900125}
  preference.set user frank, sms false
09:01:02 _sms phone.received {"connector":"main","from":"+447700900125","called":"service","text":"START"} -> accepted
  phone.received connector main, from +447700900125, called service, said START
  preference.set user frank, sms true
  phone.preference_set phone +447700900125, sms true
  message.accepted message m13, from _homing, to [frank], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @02T09:01:02
  delivery.routed message m13, to frank, channel sms, because answer
09:01:03 _admin user.set {"name":"frank","phone":"+447700900125","zone":"Europe/London"} -> accepted
  user.changed user frank, details {phone +447700900125, zone "Europe/London"}
09:01:04 _admin user.set {"name":"frank","phone":"+447700900126"} -> accepted
  user.changed user frank, details {phone +447700900126}
09:01:05 _admin user.set {"name":"frank","phone":"+447700900125"} -> accepted
  user.changed user frank, details {phone +447700900125}

# The same where the wish was said by a client.
09:02:00 _sms phone.received {"connector":"main","from":"+447700900127","called":"service","text":"STOP"} -> accepted
  phone.received connector main, from +447700900127, called service, said STOP
  phone.preference_set phone +447700900127, sms false
  message.accepted message m17, from _homing, to [+447700900127], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:02:00
  delivery.routed message m17, to +447700900127, channel sms, because answer
09:02:01 _admin user.register {"name":"grace","phone":"+447700900127"} -> accepted grace 100007
  user.registered user grace, im "100007", details {phone +447700900127}
  preference.set user grace, sms false
09:02:02 grace preference.set {"sms":"on"} -> accepted
  preference.set user grace, sms true
  phone.preference_set phone +447700900127, sms true
09:02:03 _admin user.set {"name":"grace","phone":"+447700900127","zone":"Europe/London"} -> accepted
  user.changed user grace, details {phone +447700900127, zone "Europe/London"}

# Who wrote by another channel is answered by it.
09:03:00 _mms phone.received {"connector":"main","from":"+447700900124","called":"service","text":"help"} -> accepted
  phone.received connector main, from +447700900124, called service, said help
  message.accepted message m21, from _homing, to [erin], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route mms, expires @02T09:03:00
  delivery.routed message m21, to erin, channel mms, because answer
09:03:01 _mms attempt.ask {"deliveries":[{"message":"m21","to":"erin"}]} -> accepted
  attempt.granted channel mms, message m21, to erin, phone +447700900124
