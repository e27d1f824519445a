# Two machines that answer each other come to an end: a phone gets ten answers an hour. What others send to it is no answer.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
# Twelve messages are no answers.
09:00:01 alice message.send {"to":["+447700900777"],"text":"0"} -> accepted m2
  message.accepted message m2, from alice, to [+447700900777], text "0", route auto
  delivery.routed message m2, to +447700900777, channel sms, because not_registered
09:00:02 alice message.send {"to":["+447700900777"],"text":"1"} -> accepted m3
  message.accepted message m3, from alice, to [+447700900777], text "1", route auto
  delivery.routed message m3, to +447700900777, channel sms, because not_registered
09:00:03 alice message.send {"to":["+447700900777"],"text":"2"} -> accepted m4
  message.accepted message m4, from alice, to [+447700900777], text "2", route auto
  delivery.routed message m4, to +447700900777, channel sms, because not_registered
09:00:04 alice message.send {"to":["+447700900777"],"text":"3"} -> accepted m5
  message.accepted message m5, from alice, to [+447700900777], text "3", route auto
  delivery.routed message m5, to +447700900777, channel sms, because not_registered
09:00:05 alice message.send {"to":["+447700900777"],"text":"4"} -> accepted m6
  message.accepted message m6, from alice, to [+447700900777], text "4", route auto
  delivery.routed message m6, to +447700900777, channel sms, because not_registered
09:00:06 alice message.send {"to":["+447700900777"],"text":"5"} -> accepted m7
  message.accepted message m7, from alice, to [+447700900777], text "5", route auto
  delivery.routed message m7, to +447700900777, channel sms, because not_registered
09:00:07 alice message.send {"to":["+447700900777"],"text":"6"} -> accepted m8
  message.accepted message m8, from alice, to [+447700900777], text "6", route auto
  delivery.routed message m8, to +447700900777, channel sms, because not_registered
09:00:08 alice message.send {"to":["+447700900777"],"text":"7"} -> accepted m9
  message.accepted message m9, from alice, to [+447700900777], text "7", route auto
  delivery.routed message m9, to +447700900777, channel sms, because not_registered
09:00:09 alice message.send {"to":["+447700900777"],"text":"8"} -> accepted m10
  message.accepted message m10, from alice, to [+447700900777], text "8", route auto
  delivery.routed message m10, to +447700900777, channel sms, because not_registered
09:00:10 alice message.send {"to":["+447700900777"],"text":"9"} -> accepted m11
  message.accepted message m11, from alice, to [+447700900777], text "9", route auto
  delivery.routed message m11, to +447700900777, channel sms, because not_registered
09:00:11 alice message.send {"to":["+447700900777"],"text":"10"} -> accepted m12
  message.accepted message m12, from alice, to [+447700900777], text "10", route auto
  delivery.routed message m12, to +447700900777, channel sms, because not_registered
09:00:12 alice message.send {"to":["+447700900777"],"text":"11"} -> accepted m13
  message.accepted message m13, from alice, to [+447700900777], text "11", route auto
  delivery.routed message m13, to +447700900777, channel sms, because not_registered
# Ten answers, and no eleventh.
09:01:00 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m14, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:00
  delivery.routed message m14, to +447700900777, channel sms, because answer
09:01:01 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m15, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:01
  delivery.routed message m15, to +447700900777, channel sms, because answer
09:01:02 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m16, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:02
  delivery.routed message m16, to +447700900777, channel sms, because answer
09:01:03 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m17, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:03
  delivery.routed message m17, to +447700900777, channel sms, because answer
09:01:04 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m18, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:04
  delivery.routed message m18, to +447700900777, channel sms, because answer
09:01:05 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m19, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:05
  delivery.routed message m19, to +447700900777, channel sms, because answer
09:01:06 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m20, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:06
  delivery.routed message m20, to +447700900777, channel sms, because answer
09:01:07 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m21, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:07
  delivery.routed message m21, to +447700900777, channel sms, because answer
09:01:08 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m22, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:08
  delivery.routed message m22, to +447700900777, channel sms, because answer
09:01:09 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m23, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:01:09
  delivery.routed message m23, to +447700900777, channel sms, because answer
09:01:10 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
# The last word to somebody who wishes no more is not held back.
09:01:30 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"STOP"} -> accepted
  phone.received connector main, from +447700900777, called service, said STOP
  phone.preference_set phone +447700900777, sms false
  message.accepted message m25, from _homing, to [+447700900777], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:01:30
  delivery.routed message m25, to +447700900777, channel sms, because answer
09:01:31 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"START"} -> accepted
  phone.received connector main, from +447700900777, called service, said START
  phone.preference_set phone +447700900777, sms true
  message.accepted message m26, from _homing, to [+447700900777], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @02T09:01:31
  delivery.routed message m26, to +447700900777, channel sms, because answer
# After an hour it is answered again.
10:01:00 _sms phone.received {"connector":"main","from":"+447700900777","called":"service","text":"HELP"} -> accepted
  phone.received connector main, from +447700900777, called service, said HELP
  message.accepted message m27, from _homing, to [+447700900777], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T10:01:00
  delivery.routed message m27, to +447700900777, channel sms, because answer
